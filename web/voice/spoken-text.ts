import { truncate } from '../../bus/contract/text.ts'

/** What is to be said is read no further ahead than this, in code units: whoever takes it comes back for more. */
const mostAhead = 1_000
/** A mark that has not ended after so many code units is taken for text, so that nothing waits for ever. */
const mostUndecided = 600

/**
 * Turns growing Markdown into what one says of it: no marks, no code blocks, no addresses, no emoji; the ends of lines as
 * ends of sentences. Each piece of what is said knows where in the Markdown it ends. Text is taken up to its last whole
 * word, and a mark only once it is known to be one, so the outcome does not depend on how the text came.
 */
export class SpokenText {
  /** What is to be said and was not taken yet. */
  spoken = ''
  /** For each code unit of `spoken`, where the Markdown goes on behind it; -1 where it may not be parted. */
  #ends: number[] = []
  #at: number
  #isLineStart: boolean
  #isTable = false
  /** The mark that began a code block, while in one. */
  #fence = ''

  /** @param from how much of `source` is said already. */
  constructor(source: string, from: number) {
    this.#at = from
    this.#isLineStart = from === 0 || source[from - 1] === '\n'
  }

  /** How far the Markdown was read. */
  get at(): number {
    return this.#at
  }

  /** Reads on in `source`, which begins as it did before. @param isWhole nothing follows it. */
  read(source: string, isWhole: boolean): void {
    const limit = isWhole ? source.length : wordsEnd(source, this.#at)
    const text = source.slice(0, limit)
    while (this.#at < limit && this.spoken.length < mostAhead) {
      const next = this.#isLineStart ? this.#readLineStart(text, isWhole) : this.#readInline(text, isWhole)
      if (next === undefined) return
      this.#at = next
    }
  }

  /** @returns where the Markdown goes on behind the first `length` code units; -1 where they may not be parted. */
  endOf(length: number): number {
    return this.#ends[length - 1] ?? -1
  }

  /** Takes the first `length` code units. */
  take(length: number): string {
    const taken = this.spoken.slice(0, length)
    const rest = this.spoken.slice(length)
    const blank = rest.length - rest.trimStart().length
    this.spoken = rest.slice(blank)
    this.#ends = this.#ends.slice(length + blank)
    return taken.trim()
  }

  /** @returns where to go on; undefined where it cannot be told yet what stands here. */
  #readLineStart(text: string, isWhole: boolean): number | undefined {
    const lineEnd = text.indexOf('\n', this.#at)
    const line = text.slice(this.#at, lineEnd < 0 ? undefined : lineEnd)
    const isOpen = lineEnd < 0 && !isWhole && line.length < mostUndecided
    const next = this.#at + line.length + (lineEnd < 0 ? 0 : 1)
    if (this.#fence !== '') {
      if (isOpen) return undefined
      if (closes(line, this.#fence)) this.#fence = ''
      return next
    }
    if (isOpen && (onlyMarks.test(line) || fence.test(line))) return undefined
    const [, mark] = fence.exec(line) ?? []
    if (mark !== undefined) {
      this.#fence = mark
      return next
    }
    if (onlyMarks.test(line)) return next
    this.#isLineStart = false
    const marks = lineMarks.exec(line)?.[0] ?? ''
    this.#isTable = marks.trimEnd().endsWith('|')
    return this.#at + marks.length
  }

  #readInline(text: string, isWhole: boolean): number | undefined {
    const at = this.#at
    if (text[at] === '\n') return this.#endLine(at + 1)
    for (const { pattern, say } of inline) {
      pattern.lastIndex = at
      const match = pattern.exec(text)
      if (match === null) continue
      this.#say(say(match), pattern.lastIndex)
      return pattern.lastIndex
    }
    begun.lastIndex = at
    if (!isWhole && text.length - at < mostUndecided && begun.test(text)) return undefined
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    const next = at + character.length
    if (character === '|' && this.#isTable) {
      const rest = text.slice(next)
      if (!isWhole && rest.trim() === '' && !rest.includes('\n')) return undefined
      this.#pause(/^[^\S\n]*(\n|$)/.test(rest) ? '' : ', ', next)
    } else if (!isMark(character, text[at - 1] ?? ' ', text[next] ?? ' ')) this.#say(character, next)
    return next
  }

  #endLine(next: number): number {
    this.#isLineStart = true
    if (/[\p{L}\p{N}\p{M}"”’')\]]\s*$/u.test(this.spoken)) this.#pause('. ', next)
    else this.#say(' ', next)
    return next
  }

  /** The mark stands at the word before it. */
  #pause(mark: string, next: number): void {
    if (mark !== '' && this.spoken.endsWith(' ')) {
      this.spoken = this.spoken.slice(0, -1)
      this.#ends.pop()
    }
    this.#say(mark, next)
  }

  /** Blank space is said once, and not at the beginning. */
  #say(words: string, end: number): void {
    for (const [index, unit] of words.split('').entries()) {
      const isBlank = /\s/.test(unit)
      if (isBlank && /(^|\s)$/.test(this.spoken)) continue
      this.spoken += isBlank ? ' ' : unit
      this.#ends.push(index === words.length - 1 ? end : -1)
    }
  }
}

/** A line that holds marks alone: a rule, the line below a table's head, an empty point of a list. */
const onlyMarks = /^[-*_=|:+~#>`\s]*$/
const fence = /^ {0,3}(`{3,}|~{3,})/
/** Points of lists, headings, quotations and the edge of a table, also inside each other. */
const lineMarks = /^(?:\s*(?:#{1,6}(?=\s)|>|[-*+](?=\s)|\|))*\s*/
/** What begins here may be a link, a tag or an address in pointed brackets, and is not whole yet. */
const begun =
  /\$\$[^$]{0,400}$|\$(?![\s\d$])[^$\n]{0,80}$|!?\[[^[\]\n]{0,200}(?:\](?:\([^()\n]*(?:\([^()\n]*(?:\)[^()\n]*)?)?)?)?$|<\/?[a-z][^<>\n]{0,200}$/iy

/** What is said instead of what stands there. */
const inline: readonly { readonly pattern: RegExp; readonly say: (match: RegExpExecArray) => string }[] = [
  // A picture or link: its text.
  {
    pattern: /!?\[([^[\]\n]{0,200})\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)/y,
    say: ([, words = '']) => words.replaceAll(/[*_`~]/g, '').replaceAll(emoji, ''),
  },
  // A formula: what reads as words of it, if it is no more than that.
  { pattern: /\$\$[^$]{1,400}\$\$/y, say: () => '' },
  {
    pattern: /\$(?![\s\d])([^$\n]{1,200})(?<!\s)\$(?!\d)/y,
    say: ([, words = '']) => (/^[\w ,]+$/.test(words) ? words : ''),
  },
  // The number of a source or footnote, and the box of a task.
  { pattern: /\[(?:\^?\d{1,3}|[ xX])\](?!\()/y, say: () => '' },
  // An address: the name of its host.
  { pattern: /<?https?:\/\/(?:www\.)?([^\s/<>()[\]"'`:]+)[^\s<>()[\]"'`]*>?/iy, say: hostIn },
  { pattern: /<\/?[a-z][^<>\n]{0,200}>/iy, say: () => '' },
  { pattern: /\\(?=[!-/:-@[-`{-~])(.)/y, say: ([, character = '']) => character },
  { pattern: /`+|~~+|[\p{Cc}\p{Cf}]/uy, say: () => '' },
  {
    pattern: /(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u{FE0F}|\u{20E3})+/uy,
    say: () => '',
  },
]

const emoji =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u{FE0F}|\u{20E3}|\u{200D}/gu

/** A full stop behind it ends the sentence. */
function hostIn([address, host = '']: RegExpExecArray): string {
  const end = /[.,!?;]+$/.exec(address)?.[0] ?? ''
  return host.replace(/[.,!?;]+$/, '') + end
}

/** Emphasis stands at a word; a star between spaces, or an underscore in a word, does not. */
function isMark(character: string, before: string, after: string): boolean {
  const isFree = /\s/.test(before) && /\s/.test(after)
  if (character === '*') return !isFree
  return character === '_' && !isFree && !(isWord.test(before) && isWord.test(after))
}

const isWord = /[\p{L}\p{N}]/u

const closes = (line: string, mark: string): boolean =>
  line.trim().startsWith(mark) && line.trim().replaceAll(mark[0] ?? '', '') === ''

/** How far the text holds whole words; Chinese and Japanese part their sentences without blank space. */
function wordsEnd(text: string, from: number): number {
  for (let at = text.length; at > from; at -= 1) if (/[\s。！？，、；：]/.test(text[at - 1] ?? '')) return at
  return text.length - from > mostUndecided ? truncate(text, text.length - 1).length : from
}
