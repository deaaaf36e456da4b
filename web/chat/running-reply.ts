import type { ReplyReader } from '../../bus/contract/reply-reader.ts'

/** A reply that is followed: what was read of its log, and up to where. */
export interface RunningReply {
  readonly requestId: string
  reader: ReplyReader
  epoch: number
  seq: number
  /** The hub has said that it has the request. */
  accepted: boolean
  /** Entries are dropped until the hub has said from where it sends. */
  asked: boolean
  /** Shown text is not cut while the log is read again, until it has this length again or this time has come. */
  shownLength: number
  shownUntilMs: number
  /** When anything was heard of it, and when it last grew; like the others on `performance.now()`, which nobody sets. */
  heardAtMs: number
  grownAtMs: number
  askedAtMs: number
  /** The longest it was silent lately, in milliseconds. */
  paceMs: number
}
