import type { Usage } from '../../bus/contract/chat.ts'
import { BackendError, type Hear, type Piece } from './backend.ts'
import type { InlineThoughts } from './inline-thoughts.ts'
import { isCount } from './ollama-stream.ts'
import type { LineReader } from './stream-lines.ts'

/** Reads the server-sent events of a streamed completion, line by line; each event is one line of data. */
export class OpenaiStream implements LineReader {
  readonly #backend: string
  readonly #thoughts: InlineThoughts
  readonly #hear: Hear
  #reason: 'stop' | 'length' | undefined
  #usage: Usage = {}
  ended = false

  constructor(backend: string, thoughts: InlineThoughts, hear: Hear) {
    this.#backend = backend
    this.#thoughts = thoughts
    this.#hear = hear
  }

  /** Hands on the pieces of one line. @throws BackendError `backend_failed` or `backend_malformed`. */
  read(line: string): void {
    const data = dataOf(line)
    if (data === '[DONE]') this.#end()
    else if (data !== undefined) this.#readEvent(data)
  }

  #readEvent(data: string): void {
    const event = this.#parse(data)
    if (event.error !== undefined && event.error !== null) throw this.#failure(event.error)
    if (event.usage !== undefined && event.usage !== null) this.#usage = usageOf(event.usage)
    const choice = Array.isArray(event.choices) ? (event.choices[0] as Choice | undefined) : undefined
    if (choice === undefined || choice === null) return
    const thought = choice.delta?.reasoning_content ?? choice.delta?.reasoning
    if (typeof thought === 'string' && thought !== '') this.#say({ kind: 'thought', text: thought })
    const text = choice.delta?.content
    if (typeof text === 'string' && text !== '')
      for (const piece of this.#thoughts.push(text)) this.#say(piece)
    if (typeof choice.finish_reason === 'string') {
      this.#reason = choice.finish_reason === 'length' ? 'length' : 'stop'
    }
  }

  /** What the end of the body means. @throws BackendError where no event had said that the answer is finished. */
  finish(rest: string): void {
    this.read(rest)
    if (this.ended) return
    if (this.#reason === undefined) {
      throw new BackendError(
        'backend_failed',
        `The model backend "${this.#backend}" ended without finishing the answer`,
      )
    }
    this.#end()
  }

  #end(): void {
    for (const piece of this.#thoughts.end()) this.#say(piece)
    this.#say({ kind: 'end', reason: this.#reason ?? 'stop', usage: this.#usage })
    this.ended = true
  }

  /** Nothing is said to who has enough. */
  #say(piece: Piece): void {
    if (!this.ended) this.ended = this.#hear(piece)
  }

  #parse(data: string): Event {
    try {
      const value: unknown = JSON.parse(data)
      if (typeof value === 'object' && value !== null) return value
    } catch {
      // Told below, the same way as data that is JSON but no object.
    }
    const detail = `The model backend "${this.#backend}" sent an event that is no JSON object`
    throw new BackendError('backend_malformed', detail)
  }

  #failure(error: unknown): BackendError {
    const words = wordsOf(error)
    return new BackendError('backend_failed', `The model backend "${this.#backend}" failed`, { words })
  }
}

interface Event {
  readonly error?: unknown
  readonly usage?: unknown
  readonly choices?: unknown
}

interface Choice {
  readonly delta?: {
    readonly content?: unknown
    readonly reasoning_content?: unknown
    readonly reasoning?: unknown
  } | null
  readonly finish_reason?: unknown
}

/** The data of an event's line; comments and other fields say nothing here (HTML standard, "event stream"). */
function dataOf(line: string): string | undefined {
  if (!line.startsWith('data:')) return undefined
  const data = line.slice(5).trim()
  return data === '' ? undefined : data
}

function usageOf(usage: object): Usage {
  const { prompt_tokens: prompt, completion_tokens: completion } = usage as Record<string, unknown>
  return {
    ...(isCount(prompt) && { prompt_tokens: prompt }),
    ...(isCount(completion) && { completion_tokens: completion }),
  }
}

/** The words of an error's body as servers put them: in `error.message`, `error`, `message` or FastAPI's `detail`. */
export function openaiWords(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const { error, detail } = (value ?? {}) as { error?: unknown; detail?: unknown }
    return wordsOf(error ?? detail ?? value)
  } catch {
    return text.startsWith('<') ? '' : text.trim()
  }
}

function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error
  const message = (error as { message?: unknown } | null)?.message
  return typeof message === 'string' ? unwrapped(message) : ''
}

/** Ray Serve puts a replica's words between its own, with the name of the exception behind. */
const unwrapped = (message: string): string =>
  /^Message: (.*?)(?: \(Request ID: [^)]*\))?, Internal exception: /s.exec(message)?.[1] ?? message
