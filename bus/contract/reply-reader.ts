import type { Ahead, DoneEntry, ErrorEntry, LogEntry, StartEntry } from './reply-log.ts'

/**
 * One reader of one reply's log (PROTOCOL section 4, the reader's rule). Pure state: feed it entries in any order,
 * repeated or incomplete, and it ends in the same text or says `gap`, after which it has begun again at nothing and
 * wants the log from its first entry.
 */
export interface ReplyReader {
  attempt: number
  owner: string
  /** What the log has. */
  text: string
  /** That, and what came ahead of the log: what is shown. */
  shown: string
  thoughts: string
  /** `n` of the last thought taken in this attempt, so that a repeated one is not shown twice; -1 before the first. */
  lastThought: number
  model: string
  /** The terminal entry, once read. Everything after it is dropped. */
  end: DoneEntry | ErrorEntry | undefined
}

/** `appended`: text grew. `rewound`: a new attempt cut what was shown. `noted`: nothing of the text changed. */
export type ReadOutcome = 'appended' | 'rewound' | 'noted' | 'dropped' | 'ended' | 'gap'

export const newReader = (): ReplyReader => ({
  attempt: 0,
  owner: '',
  text: '',
  shown: '',
  thoughts: '',
  lastThought: -1,
  model: '',
  end: undefined,
})

/** Reads one entry into `reader`, which it changes, and tells what became of it. */
export function readEntry(reader: ReplyReader, entry: LogEntry): ReadOutcome {
  if (reader.end !== undefined || entry.attempt < reader.attempt) return 'dropped'
  if (entry.attempt > reader.attempt) return enterAttempt(reader, entry)
  if (entry.owner !== reader.owner) return beginAgain(reader)
  switch (entry.type) {
    case 'start':
    case 'cue':
    case 'beat':
      return 'noted'
    case 'thought':
      if (entry.n <= reader.lastThought) return 'dropped'
      reader.thoughts += entry.content
      reader.lastThought = entry.n
      return 'noted'
    case 'chunk':
      return append(reader, entry.offset, entry.content)
    case 'done':
    case 'error':
      if (entry.length !== undefined && entry.length !== reader.text.length) return beginAgain(reader)
      reader.end = entry
      reader.shown = reader.text
      return 'ended'
  }
}

function enterAttempt(reader: ReplyReader, entry: LogEntry): ReadOutcome {
  if (entry.type !== 'start' || !fits(reader, entry)) return beginAgain(reader)
  const cut = entry.offset < reader.shown.length
  reader.attempt = entry.attempt
  reader.owner = entry.owner
  reader.model = entry.model
  reader.text = reader.text.slice(0, entry.offset)
  reader.shown = reader.text
  reader.thoughts = ''
  reader.lastThought = -1
  return cut ? 'rewound' : 'noted'
}

/**
 * Whether an attempt may be entered from what is held: at 0 always; further on only by a reader of the very attempt
 * it continues, for a text of the same length may have come from another one.
 */
function fits(reader: ReplyReader, { attempt, offset, continues = attempt - 1 }: StartEntry): boolean {
  return offset === 0 || (continues === reader.attempt && offset <= reader.text.length)
}

function append(reader: ReplyReader, offset: number, content: string): ReadOutcome {
  if (offset > reader.text.length) return beginAgain(reader)
  const fresh = content.slice(reader.text.length - offset)
  if (fresh === '') return 'dropped'
  reader.text += fresh
  if (reader.shown.length < reader.text.length) reader.shown = reader.text
  return 'appended'
}

/**
 * Reads text ahead of the log into what is shown: only its new part, and only what follows. What comes before it and was
 * not heard stands in the next piece or in the log.
 *
 * @returns whether what is shown grew.
 */
export function readAhead(reader: ReplyReader, { attempt, owner, offset, content }: Ahead): boolean {
  if (reader.end !== undefined || attempt !== reader.attempt || owner !== reader.owner) return false
  const { length } = reader.shown
  if (offset > length || offset + content.length <= length) return false
  reader.shown += content.slice(length - offset)
  return true
}

function beginAgain(reader: ReplyReader): 'gap' {
  Object.assign(reader, newReader())
  return 'gap'
}
