/**
 * Deepest nesting of objects and arrays in a file, and most values in all; an export has 6, and some 20 values for each
 * message. A file made of nothing else becomes a hundred times its length in memory, and `JSON.parse` out of memory ends
 * the whole process, in a thread with a limit of its own as well.
 */
const maxDepth = 32
const maxValues = 1_000_000

/** Whether a text within these bounds is worth parsing. It need not be JSON: what is none may get either answer. */
export function isModest(json: Uint8Array): boolean {
  let depth = 0
  let values = 0
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]
    if (byte === quote) at = endOfString(json, at)
    else if (byte === comma) values += 1
    else if (byte === brace || byte === bracket) {
      depth += 1
      values += 1
    } else if (byte === closingBrace || byte === closingBracket) depth -= 1
    if (depth > maxDepth || values > maxValues) return false
  }
  return true
}

/** Bytes of ASCII, which in UTF-8 are never part of another character. */
const byteOf = (character: string): number => character.charCodeAt(0)
const [quote, backslash, comma] = [byteOf('"'), byteOf('\\'), byteOf(',')]
const [brace, closingBrace] = [byteOf('{'), byteOf('}')]
const [bracket, closingBracket] = [byteOf('['), byteOf(']')]

/** @returns where its closing quote stands; past the end where there is none. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at
}
