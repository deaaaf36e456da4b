import { beatMs, entryJoinBytes, entryJoinMs, thoughtJoinMs } from '../../bus/contract/limits.ts'
import type { DoneEntry, ErrorEntry, LogEntry } from '../../bus/contract/reply-log.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Log } from '../../bus/nats/log.ts'
import { AheadOfLog } from './ahead-of-log.ts'
import { HeldText } from './held-text.ts'
import { putEntry } from './put-entry.ts'

/** What a writer has after its `start`: whose log it writes and where that stands. */
export interface Claim {
  readonly subject: string
  readonly requestId: string
  readonly attempt: number
  readonly owner: string
  /** Where text goes ahead of the log. */
  readonly aheadSubject: string
  /** Sequence of the `start`. */
  readonly seq: number
  /** Length of the text that was there before, in code units. */
  readonly offset: number
}

type Head = 'request_id' | 'attempt' | 'owner' | 'n'
type Unheaded<Entry> = Entry extends LogEntry ? Omit<Entry, Head> : never
export type Terminal = Unheaded<DoneEntry> | Unheaded<ErrorEntry>

/** After this share of its time an entry goes with the text that comes next: a timer wakes the process once more. */
const dueShare = 0.75

/**
 * Writes one attempt's entries: one in flight, each expecting the one before (PROTOCOL section 4, writer's rule 4).
 * All text goes ahead of the log at once, so that none waits and no token pays for being stored: the first is an entry
 * at once, what follows is joined into one for up to 400 ms. While nothing comes, a `beat` says that somebody is at work.
 */
export class LogWriter {
  readonly #bus: Bus
  readonly #claim: Claim
  readonly #log: Log
  readonly #lost = new AbortController()
  readonly #beatTimer: NodeJS.Timeout
  readonly #ahead: AheadOfLog
  #joinTimer: NodeJS.Timeout | undefined
  #putting: Promise<boolean> | undefined
  #ending = false
  #last: number
  #n = 1
  #offset: number
  /** Of the entry that is on its way. */
  #putText = ''
  readonly #text = new HeldText()
  readonly #thoughts = new HeldText()
  #sentAtMs = Number.NEGATIVE_INFINITY

  constructor(bus: Bus, claim: Claim, log: Log) {
    this.#bus = bus
    this.#claim = claim
    this.#log = log
    this.#last = claim.seq
    this.#offset = claim.offset
    this.#ahead = new AheadOfLog(bus, claim, () => ({
      offset: this.#offset - this.#putText.length,
      text: this.#putText + this.#text.content,
    }))
    this.#beatTimer = setTimeout(() => this.#beat(), beatMs)
  }

  /** Aborts when the log is somebody else's: then everything must stop. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Appends text, well-formed. */
  text(content: string): void {
    this.#text.add(content)
    this.#ahead.tell()
    this.#wake()
  }

  thought(content: string): void {
    this.#thoughts.add(content)
    this.#wake()
  }

  /** Writes what is held and then the last entry. @returns whether it stands. */
  async finish(terminal: Terminal): Promise<boolean> {
    await this.#flush()
    return this.#put(terminal)
  }

  /** Gives the reply up, with all text that is held, so that another worker takes over at once. */
  async release(): Promise<void> {
    await this.#flush()
    await this.#put({ type: 'beat', released: true })
  }

  /** Stops the timers. */
  close(): void {
    this.#ending = true
    clearTimeout(this.#beatTimer)
    clearTimeout(this.#joinTimer)
    this.#ahead.close()
  }

  #wake(): void {
    if (this.#putting !== undefined || this.#ending || this.#lost.signal.aborted) return
    const heldMs = performance.now() - this.#sentAtMs
    const { length } = this.#text.content
    const joinMs = length === 0 ? thoughtJoinMs : entryJoinMs
    if (heldMs >= dueShare * joinMs || length >= entryJoinBytes) this.#start(this.#next())
    else this.#joinTimer ??= setTimeout(() => this.#joined(), joinMs - heldMs)
  }

  #joined(): void {
    this.#joinTimer = undefined
    if (this.#putting === undefined && !this.#ending) this.#start(this.#next())
  }

  #beat(): void {
    this.#beatTimer.refresh()
    if (this.#putting === undefined && !this.#ending && !this.#pending) this.#start({ type: 'beat' })
  }

  #start(entry: Unheaded<LogEntry> | undefined): void {
    if (entry === undefined) return
    clearTimeout(this.#joinTimer)
    this.#joinTimer = undefined
    if (entry.type !== 'beat') this.#sentAtMs = performance.now()
    if (entry.type === 'chunk') this.#putText = entry.content
    this.#putting = this.#put(entry).then((stands) => {
      this.#putting = undefined
      this.#putText = ''
      if (this.#pending) this.#wake()
      return stands
    })
  }

  get #pending(): boolean {
    return this.#text.content !== '' || this.#thoughts.content !== ''
  }

  async #flush(): Promise<void> {
    this.close()
    await this.#putting
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      if (!(await this.#put(entry))) return
    }
  }

  /** The next entry of what is held, at most 4 KiB of it. */
  #next(): Unheaded<LogEntry> | undefined {
    if (this.#thoughts.content !== '') return { type: 'thought', ...this.#thoughts.take() }
    if (this.#text.content === '') return undefined
    const offset = this.#offset
    const taken = this.#text.take()
    this.#offset += taken.content.length
    return { type: 'chunk', offset, ...taken }
  }

  async #put(fields: Unheaded<LogEntry>): Promise<boolean> {
    if (this.#lost.signal.aborted) return false
    const { subject, requestId, attempt, owner } = this.#claim
    const entry: LogEntry = { ...fields, request_id: requestId, attempt, owner, n: this.#n }
    try {
      const seq = await putEntry(this.#bus, subject, entry, this.#last)
      if (seq !== undefined) {
        this.#last = seq
        this.#n += 1
        this.#beatTimer.refresh()
        return true
      }
    } catch (error) {
      this.#log('warn', 'A reply is given up: its log cannot be written', {
        request_id: requestId,
        error: String(error),
      })
    }
    this.#lost.abort()
    return false
  }
}
