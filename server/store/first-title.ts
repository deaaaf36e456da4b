import { truncate } from '../../bus/contract/text.ts'

/** Longest title made from a message, in UTF-16 code units, its ellipsis not counted. */
const maxFirstTitleLength = 60

/** A new conversation's title: the first line of its first message that says something, cut between two words. */
export function firstTitle(message: string): string {
  const line = message.trim().split('\n', 1)[0]?.trim() ?? ''
  if (line.length <= maxFirstTitleLength) return line
  const cut = truncate(line, maxFirstTitleLength + 1)
  const lastSpace = cut.search(/\s\S*$/)
  const title = lastSpace > 0 ? cut.slice(0, lastSpace) : truncate(line, maxFirstTitleLength)
  return `${title.trimEnd()}…`
}
