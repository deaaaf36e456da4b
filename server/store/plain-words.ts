/**
 * A reply as one reads it, without the marks that Markdown has for its looks; code stays as it is, but for its fences.
 * It only takes marks away and parses nothing, since a search does this with whole replies: an unpaired mark may go.
 */
export function plainWords(markdown: string): string {
  let fence = ''
  const lines: string[] = []
  for (const line of markdown.split('\n')) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    if (mark === '') lines.push(fence === '' ? plainLine(line) : line)
    else if (fence === '') fence = mark
    else if (mark.startsWith(fence)) fence = ''
    else lines.push(line)
  }
  return lines.join('\n')
}

function plainLine(line: string): string {
  if (/^[\s|:*_-]*$/.test(line)) return ''
  const text = line.replace(/^\s*(?:>\s?)*(?:#{1,6}\s+)?/, '').replace(/^(?:[-*+]\s+)?(?:\[[ xX]\]\s+)?/, '')
  const cells = text.startsWith('|') ? text.replaceAll('|', ' ') : text
  return cells
    .split(inlineCode)
    .map((part, index) => (index % 2 === 1 ? part.replace(/^`+|`+$/g, '') : withoutMarks(part)))
    .join('')
}

/** One group, so that `split` puts every code span at an odd place. */
const inlineCode = /(`{1,3}[^`]+`{1,3})/

const withoutMarks = (text: string): string =>
  text
    .replace(/!?\[([^[\]]*)\]\([^()\s]*\)/g, '$1')
    .replace(/(?<![\\*])\*{1,3}(?=[^\s*])|(?<=[^\s\\*])\*{1,3}(?!\*)/g, emphasisMark)
    .replace(/(?<![\p{L}\p{N}_\\])_{1,3}(?=[^\s_])|(?<=[^\s_\\])_{1,3}(?![\p{L}\p{N}_])/gu, '')
    .replaceAll('~~', '')
    .replace(/\\(?=[*_`~#[\]|>\\])/g, '')

/** One asterisk between letters or digits multiplies. */
const emphasisMark = (mark: string, place: number, text: string): string =>
  mark === '*' && isWord(text.charAt(place - 1)) && isWord(text.charAt(place + 1)) ? mark : ''

const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character)
