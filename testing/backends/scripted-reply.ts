import { performance } from 'node:perf_hooks'

/** What a stand-in says to one request, and how fast. */
export type ReplyScript = {
  /** Tokens of the whole answer; a begun answer is continued up to this number. `Infinity` never ends. */
  tokens: number
  /** Tokens a second; 0 is as fast as the reader takes them. */
  ratePerSecond: number
  /** Tokens sent together; the mean rate stays the same. */
  burst: number
  /** Tokens of thinking before the answer; left out when the request wants none or continues an answer. */
  thoughts: number
  /** Each token carries when it was sent, as ` t12@<microseconds since 1970>`. */
  stamped: boolean
  /** Each token ends in letters of two and four UTF-8 bytes, so that a line can be cut inside one. */
  accented: boolean
  /** Wait before the first byte of the answer, in milliseconds. */
  delayMs: number
  /** Says this, word by word, instead of numbered tokens. */
  text: string | undefined
}

export type Piece = { kind: 'thought' | 'token'; text: string }

const DEFAULT_SCRIPT: ReplyScript = {
  tokens: 20,
  ratePerSecond: 200,
  burst: 1,
  thoughts: 0,
  stamped: false,
  accented: false,
  delayMs: 0,
  text: undefined,
}

const NUMBERS = /\b(tokens|rate|burst|thoughts|delay)=(\d+|endless)/g

/**
 * Reads the wishes out of a message, so that a browser test can steer a reply by what it types:
 * `tokens=200 rate=50 burst=4 thoughts=5 delay=300 stamped accented`, each optional, `tokens=endless` too.
 */
function scriptInPrompt(prompt: string): Partial<ReplyScript> {
  const script: Partial<ReplyScript> = {}
  for (const [, name, digits] of prompt.matchAll(NUMBERS)) {
    const value = digits === 'endless' ? Number.POSITIVE_INFINITY : Number(digits)
    if (name === 'tokens') script.tokens = value
    if (name === 'rate') script.ratePerSecond = value
    if (name === 'burst') script.burst = Math.max(1, value)
    if (name === 'thoughts') script.thoughts = value
    if (name === 'delay') script.delayMs = value
  }
  if (/\bstamped\b/.test(prompt)) script.stamped = true
  if (/\baccented\b/.test(prompt)) script.accented = true
  return script
}

/** One script out of the given ones and the prompt's wishes: later goes before earlier, `special` before all. */
export function scriptFor(
  given: readonly (Partial<ReplyScript> | undefined)[],
  prompt: string,
  special: Partial<ReplyScript> | undefined,
): ReplyScript {
  return Object.assign({}, DEFAULT_SCRIPT, ...given, scriptInPrompt(prompt), special)
}

/**
 * The pieces of a reply, made when they are asked for: ` h0 h1 …` as thoughts, then ` t0 t1 …`.
 * `begun` is the answer so far: numbering goes on after its last token, a text after what was said of it.
 */
export function* scriptedPieces(script: ReplyScript, begun: string, thinks: boolean): Generator<Piece> {
  if (thinks && begun === '') {
    for (let index = 0; index < script.thoughts; index++) yield { kind: 'thought', text: ` h${index}` }
  }
  if (script.text !== undefined) {
    const rest = script.text.startsWith(begun) ? script.text.slice(begun.length) : script.text
    for (const word of rest.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? []) yield { kind: 'token', text: word }
    return
  }
  for (let index = lastTokenIndex(begun) + 1; index < script.tokens; index++) {
    yield { kind: 'token', text: tokenText(script, index) }
  }
}

/** The number of the last token in a text, or -1: what continuity is checked with. */
export function lastTokenIndex(text: string): number {
  const digits = /(?:^|\s)t(\d+)\S*\s*$/.exec(text)?.[1]
  return digits === undefined ? -1 : Number(digits)
}

function tokenText(script: ReplyScript, index: number): string {
  const stamp = script.stamped ? `@${Math.round((performance.timeOrigin + performance.now()) * 1000)}` : ''
  return ` t${index}${stamp}${script.accented ? 'é😀' : ''}`
}
