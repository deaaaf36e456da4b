/** Fewer words may be the person's, who asks back. */
const leastWords = 2
/** Of so many the first and the last may be half heard. */
const enoughWords = 5

/**
 * Whether these words are the companion's own, which the microphone heard from a loudspeaker where the browser could not
 * take all of it away: they stand in the same order in what it said just now.
 */
export function isEcho(words: string, spoken: string): boolean {
  const heard = wordsIn(words)
  const said = ` ${wordsIn(spoken).join(' ')} `
  const stands = (list: readonly string[]) => said.includes(` ${list.join(' ')} `)
  if (heard.length < leastWords) return false
  return stands(heard) || (heard.length >= enoughWords && stands(heard.slice(1, -1)))
}

/** Without case and marks. */
export const wordsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll(/[-’']/g, '')
    .match(/[\p{L}\p{N}]+/gu) ?? []
