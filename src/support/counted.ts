/** Returns a number with its noun, e.g. `1 row` or `2 rows`. @param plural default: with an s */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
