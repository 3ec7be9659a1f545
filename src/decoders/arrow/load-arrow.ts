/** The parts of apache-arrow that read message headers; loaded with the first Arrow file. */
export async function loadArrow() {
  const [{ Message }, { Footer }] = await Promise.all([import('apache-arrow'), import('apache-arrow/ipc/metadata/file')])
  return { Message, Footer }
}

export type ArrowLibrary = Awaited<ReturnType<typeof loadArrow>>
