/** How a host tells the file it starts that it is to serve as a far side: an argument, or a thread's data. */
export const FAR_SIDE_WORD = 'lading-far-side'
