const dash = 45

/** `YYYY-MM-DD` at a place in the text as `year << 9 | month << 5 | day`, unchecked but for its digits; -1 for other text. */
export function datePart(text: Uint8Array, at: number): number {
  if (text[at + 4] !== dash || text[at + 7] !== dash) return -1
  const century = twoDigits(text, at)
  const year = twoDigits(text, at + 2)
  const month = twoDigits(text, at + 5)
  const day = twoDigits(text, at + 8)
  // Months above 15 would run into the year: 13 to 15 are refused by the calendar.
  if ((century | year | month | day) < 0 || month > 15 || day > 31) return -1
  return ((century * 100 + year) << 9) | (month << 5) | day
}

/** A number of two digits, or one below 0. */
export function twoDigits(text: Uint8Array, at: number): number {
  const tens = (text[at] as number) - 48
  const units = (text[at + 1] as number) - 48
  return (tens | units | (9 - tens) | (9 - units)) < 0 ? -1 : tens * 10 + units
}
