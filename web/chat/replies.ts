import type { ChatAheadFrame, ChatEntryFrame, ChatResumed, Hello } from '../../bus/contract/frames.ts'
import { maxResume } from '../../bus/contract/protocol.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, readAhead, readEntry } from '../../bus/contract/reply-reader.ts'
import type { RunningReply } from './running-reply.ts'

export interface RepliesListener {
  /** Asks the hub for a reply's log. @returns whether the question went out. */
  askFor(requestId: string, epoch: number, seq: number): boolean
  onChange(reply: RunningReply): void
  /** Its last entry is read. It is followed no longer. */
  onEnd(reply: RunningReply): void
  /** The log is no more; the store has the answer. It is followed no longer. */
  onLost(requestId: string): void
}

/** Once words flowed, a writer is heard every 1.5 s at least; after so long without it may be gone, in milliseconds. */
export const goneMs = 2_000
/** Shortest time between two questions for the same log after a gap, in milliseconds. */
const gapPauseMs = 1_000
/** A log read again from its beginning has caught up within this time, in milliseconds; else what is there is shown. */
const catchUpMs = 700

/** Follows the replies of one page by the reader's rule (PROTOCOL section 4), over connections and gaps. */
export class Replies {
  readonly #listener: RepliesListener
  readonly #running = new Map<string, RunningReply>()

  constructor(listener: RepliesListener) {
    this.#listener = listener
  }

  /** Follows a request that was asked here, or one that runs already. */
  follow(requestId: string, nowMs: number = performance.now()): RunningReply {
    const present = this.#running.get(requestId)
    if (present !== undefined) return present
    const reply = newReply(requestId, nowMs)
    this.#running.set(requestId, reply)
    return reply
  }

  /** The hub has it. What may have been said before this socket listened is asked for. */
  accept(requestId: string, mayHaveBegun: boolean): void {
    const reply = this.#running.get(requestId)
    if (reply === undefined) return
    reply.accepted = true
    if (mayHaveBegun && reply.seq === 0) this.ask(reply)
  }

  forget(requestId: string): void {
    this.#running.delete(requestId)
  }

  clear(): void {
    this.#running.clear()
  }

  has(requestId: string): boolean {
    return this.#running.has(requestId)
  }

  get running(): Iterable<RunningReply> {
    return this.#running.values()
  }

  get isWaiting(): boolean {
    return this.#running.size > 0
  }

  /** For `hello`: the accepted replies; the hub answers each with `chat.resumed`. */
  resume(): Hello['resume'] {
    const accepted = [...this.#running.values()].filter((reply) => reply.accepted).slice(0, maxResume)
    const nowMs = performance.now()
    // Without a connection nothing was to be heard of a writer.
    const asked = { asked: true, askedAtMs: nowMs, heardAtMs: nowMs, grownAtMs: nowMs }
    for (const reply of accepted) Object.assign(reply, asked)
    return accepted.map(({ requestId, epoch, seq }) => ({ request_id: requestId, epoch, seq }))
  }

  /** After `welcome`: those that did not fit into `hello`. */
  resumeRest(): void {
    for (const reply of this.#running.values()) if (reply.accepted && !reply.asked) this.ask(reply)
  }

  /** The socket is gone; nothing that was asked will be answered. */
  disconnected(): void {
    for (const reply of this.#running.values()) reply.asked = false
  }

  resumed({ request_id, outcome }: ChatResumed): void {
    const reply = this.#running.get(request_id)
    if (reply === undefined) return
    reply.asked = false
    reply.heardAtMs = reply.grownAtMs = performance.now()
    if (outcome === 'lost') {
      this.forget(request_id)
      this.#listener.onLost(request_id)
    } else if (outcome === 'snapshot') beginAgain(reply, reply.reader.shown.length)
  }

  /** The question for a log was refused, for now. */
  refused(requestId: string): void {
    const reply = this.#running.get(requestId)
    if (reply !== undefined) reply.asked = false
  }

  /** One entry, live or replayed, of any of the person's replies. */
  read({ epoch, seq, entry }: ChatEntryFrame, nowMs: number = performance.now()): void {
    const reply = this.#running.get(entry.request_id)
    if (reply === undefined || reply.asked) return
    reply.accepted = true
    hear(reply, nowMs)
    if (epoch === reply.epoch && seq <= reply.seq) return
    const length = reply.reader.shown.length
    const outcome = readEntry(reply.reader, entry)
    if (outcome === 'gap') {
      this.#mend(reply, length, nowMs)
      return
    }
    reply.epoch = epoch
    reply.seq = seq
    if (outcome === 'ended') {
      this.forget(reply.requestId)
      this.#listener.onEnd(reply)
    } else if (
      outcome === 'appended' ||
      outcome === 'rewound' ||
      (outcome === 'noted' && tells(reply, entry))
    ) {
      if (outcome !== 'rewound') reply.grownAtMs = nowMs
      this.#show(reply, nowMs)
    }
  }

  /** Text ahead of a log. */
  readAhead({ ahead }: ChatAheadFrame, nowMs: number = performance.now()): void {
    const reply = this.#running.get(ahead.request_id)
    if (reply === undefined || !readAhead(reply.reader, ahead)) return
    hear(reply, nowMs)
    reply.grownAtMs = nowMs
    this.#show(reply, nowMs)
  }

  #show(reply: RunningReply, nowMs: number): void {
    if (reply.reader.shown.length >= reply.shownLength || nowMs > reply.shownUntilMs) reply.shownLength = 0
    if (reply.shownLength === 0) this.#listener.onChange(reply)
  }

  /** The reader has begun again at nothing, so the log is wanted from its first entry. */
  #mend(reply: RunningReply, length: number, nowMs: number): void {
    const waited = nowMs - reply.askedAtMs
    beginAgain(reply, length)
    if (waited >= gapPauseMs) this.ask(reply, nowMs)
    else {
      reply.asked = true
      setTimeout(() => this.ask(reply), gapPauseMs - waited)
    }
  }

  /** Asks for its log from where it stands. */
  ask(reply: RunningReply, nowMs: number = performance.now()): void {
    if (this.#running.get(reply.requestId) !== reply) return
    reply.asked = this.#listener.askFor(reply.requestId, reply.epoch, reply.seq)
    if (reply.asked) reply.askedAtMs = nowMs
  }
}

const newReply = (requestId: string, nowMs: number): RunningReply => ({
  requestId,
  reader: newReader(),
  epoch: 0,
  seq: 0,
  accepted: false,
  asked: false,
  shownLength: 0,
  shownUntilMs: 0,
  heardAtMs: nowMs,
  grownAtMs: nowMs,
  askedAtMs: -Infinity,
  paceMs: 0,
})

/** Something was heard of its writer. */
function hear(reply: RunningReply, nowMs: number): void {
  const silentMs = nowMs - reply.heardAtMs
  reply.paceMs = Math.min(goneMs, Math.max(silentMs, reply.paceMs - silentMs))
  reply.heardAtMs = nowMs
}

/** Beside a text, neither a sign of life nor another writer's beginning is news. */
const tells = ({ reader }: RunningReply, { type }: LogEntry): boolean =>
  type !== 'beat' && (type !== 'start' || reader.shown === '')

/** Its log is read from the first entry; what is shown stays meanwhile. */
function beginAgain(reply: RunningReply, length: number): void {
  reply.shownLength = Math.max(reply.shownLength, length)
  reply.shownUntilMs = performance.now() + catchUpMs
  reply.reader = newReader()
  reply.epoch = 0
  reply.seq = 0
}
