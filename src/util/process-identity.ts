/** A job's options may carry an object under this symbol that stands for a process of its own; `lading/testing` puts it there. */
export const processKey: unique symbol = Symbol.for('lading.process') as never

/** What jobs of one process share: the global object, unless a test plays several processes in one. */
export function processOf(options: object): object {
  return (options as { readonly [processKey]?: object })[processKey] ?? globalThis
}
