import type { Usage } from '../../bus/contract/chat.ts'
import { BackendError, type Hear, type Piece } from './backend.ts'
import type { InlineThoughts } from './inline-thoughts.ts'
import type { LineReader } from './stream-lines.ts'

/** Ollama ends a stream without a word once a token came 31 times in a row. */
const loopLength = 30

/** Reads the lines of `/api/chat`. */
export class OllamaStream implements LineReader {
  readonly #thoughts: InlineThoughts
  readonly #hear: Hear
  #last = ''
  #repeats = 0
  ended = false

  constructor(thoughts: InlineThoughts, hear: Hear) {
    this.#thoughts = thoughts
    this.#hear = hear
  }

  /** Hands on the pieces of one line. @throws BackendError `backend_failed` or `backend_malformed`. */
  read(line: string): void {
    if (line === '') return
    const fields = parseLine(line)
    if (typeof fields.error === 'string') throw failure(fields.error)
    const { content, thinking } = fields.message ?? {}
    if (typeof thinking === 'string' && thinking !== '') this.#say({ kind: 'thought', text: thinking })
    if (typeof content === 'string' && content !== '') {
      this.#repeats = content === this.#last ? this.#repeats + 1 : 0
      this.#last = content
      for (const piece of this.#thoughts.push(content)) this.#say(piece)
    }
    if (fields.done === true) this.#end(fields.done_reason === 'length' ? 'length' : 'stop', fields)
  }

  /**
   * What the end of the body means where no line said so.
   *
   * @throws BackendError `backend_malformed` after half a line, `backend_failed` otherwise, unless the model said the
   * same token over and over: trying again would only loop again, so the reply ends as one that was cut.
   */
  finish(rest: string): void {
    if (rest.trim() !== '') this.read(rest)
    if (this.ended) return
    if (this.#repeats < loopLength - 1) {
      throw new BackendError(
        'backend_failed',
        'The model backend "ollama" ended without finishing the answer',
      )
    }
    this.#end('length', {})
  }

  #end(reason: 'stop' | 'length', fields: Line): void {
    for (const piece of this.#thoughts.end()) this.#say(piece)
    this.#say({ kind: 'end', reason, usage: usageOf(fields) })
    this.ended = true
  }

  /** Nothing is said to who has enough. */
  #say(piece: Piece): void {
    if (!this.ended) this.ended = this.#hear(piece)
  }
}

interface Line {
  readonly message?: { readonly content?: unknown; readonly thinking?: unknown }
  readonly done?: unknown
  readonly done_reason?: unknown
  readonly error?: unknown
  readonly prompt_eval_count?: unknown
  readonly eval_count?: unknown
}

function parseLine(line: string): Line {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below, the same way as a line that is JSON but no object.
  }
  throw new BackendError('backend_malformed', 'The model backend "ollama" sent a line that is no JSON object')
}

const failure = (words: string): BackendError =>
  new BackendError('backend_failed', 'The model backend "ollama" failed', { words })

/** A count of 0 is left out by Ollama. */
function usageOf(line: Line): Usage {
  const { prompt_eval_count: prompt, eval_count: completion } = line
  return {
    ...(isCount(prompt) && { prompt_tokens: prompt }),
    ...(isCount(completion) && { completion_tokens: completion }),
  }
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** The words of an error's body: `{"error": "…"}`, or text as it is. */
export function ollamaWords(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const error = (value as { error?: unknown } | null)?.error
    if (typeof error === 'string') return error
  } catch {
    // Ollama's router answers in plain text, which says enough.
  }
  return text.startsWith('<') ? '' : text.trim()
}
