import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { countedTo } from '../../testing/workers/counting.ts'

/** One request of the round: what was asked, and when things were done to it, on `performance.now()`. */
export interface Asked {
  /** Whose it is; the id comes with the first welcome. */
  readonly who: { readonly userId: string }
  readonly frame: ChatSendFrame
  /** How many tokens its reply has when nothing cuts it short. */
  readonly tokens: number
  readonly askedAtMs: number
  stoppedAtMs: number | undefined
}

/** How many tokens an answer has that only a stop ends. */
export const endlessTokens = 25_000

const all = countedTo(endlessTokens)

/** Everything that was asked in a round, and everything that was wrong with what came of it. */
export class Ledger {
  readonly asked = new Map<string, Asked>()
  readonly violations: string[] = []
  /** What is worth knowing and no violation. */
  readonly notes = new Map<string, number>()
  /** How many tokens the store has in the end. */
  tokens = 0
  /** The most memory a kind of process was seen with, in mebibytes. */
  readonly memory = new Map<string, number>()

  add(asked: Asked): void {
    this.asked.set(asked.frame.request_id, asked)
  }

  stop(requestId: string): void {
    const asked = this.asked.get(requestId)
    if (asked !== undefined) asked.stoppedAtMs ??= performance.now()
  }

  violate(what: string): void {
    this.violations.push(what)
  }

  note(what: string): void {
    this.notes.set(what, (this.notes.get(what) ?? 0) + 1)
  }

  largest(process: string, mebibytes: number): void {
    this.memory.set(process, Math.max(mebibytes, this.memory.get(process) ?? 0))
  }

  /** Every text that is ever shown is the beginning of the numbered tokens: none is missing, doubled or out of order. */
  checkText(requestId: string, text: string, who: string): void {
    if (all.startsWith(text)) return
    const at = [...text].findIndex((letter, index) => letter !== all[index])
    this.violate(
      `${who} reads a wrong text in ${requestId} at ${at}: …${text.slice(Math.max(0, at - 30), at + 30)}…`,
    )
  }

  /** What a whole answer to this request says. */
  wholeText({ tokens }: Pick<Asked, 'tokens'>): string {
    return countedTo(tokens)
  }
}
