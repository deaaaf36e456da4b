/**
 * About how many tokens a text takes, rather too many than too few. Common tokenizers need a token for 3 to 4 letters
 * of English, for 1 to 2 letters of other alphabets, and about one for each Chinese, Japanese or Korean character; a
 * surrogate pair (emoji, rare characters) takes 2 or more.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (let index = 0; index < text.length; index += 1) tokens += tokensOf(text.charCodeAt(index))
  return Math.ceil(tokens)
}

/** The longest end of a budget in tokens when all of it were English, in code units: what is worth asking for. */
export const mostCodeUnits = (tokens: number): number => Math.ceil(tokens / ascii)

const ascii = 0.3
const otherAlphabet = 0.6
const wholeCharacter = 1.1

function tokensOf(unit: number): number {
  if (unit < 0x80) return ascii
  return unit < 0x2e80 ? otherAlphabet : wholeCharacter
}
