import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const folder = new URL('../../src/decoders/csv/', import.meta.url)
const codePath = fileURLToPath(new URL('scan-kernel-code.ts', folder))

/** The module that describes the kernel's code, made from its text. */
export async function scanKernelModule(): Promise<string> {
  const { parseWat } = await wabt()
  const text = await readFile(new URL('scan-kernel.wat', folder), 'utf8')
  const module = parseWat('scan-kernel.wat', text)
  module.validate()
  const { buffer } = module.toBinary({})
  module.destroy()
  const lines =
    Buffer.from(buffer)
      .toString('base64')
      .match(/.{1,110}/g) ?? []
  return `/** Made from scan-kernel.wat by \`tsx test/tooling/build-scan-kernel.ts\`: WebAssembly in base64. */
export const scanKernelCode: string =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(codePath, await scanKernelModule())
