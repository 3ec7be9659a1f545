/** What is wrong with the bytes of a block; the reader adds where. The message holds no cell value. */
export class BlockProblem extends Error {}
