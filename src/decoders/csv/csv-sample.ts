/** The sample that types are guessed from: whichever is reached first, counted in rows and bytes, never in pieces. */
export const csvSample = Object.freeze({ rows: 1000, bytes: 1024 * 1024 })
