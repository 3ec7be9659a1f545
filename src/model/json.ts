/** A JSON value: what a definition, a receipt's detail or a portable part's options may hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}
