/** What is wrong with the bytes of a page; the chunk reader adds where. The message holds no cell value. */
export class PageProblem extends Error {}
