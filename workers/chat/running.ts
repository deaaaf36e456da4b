import type { Decision } from '../../bus/nats/bus.ts'

/** A reply that this process works on, from its delivery to its decision. */
export interface Running {
  /** Aborted when the person wants no more of it. */
  readonly cancelled: AbortSignal
  /** Aborted when this process must let go of it. */
  readonly released: AbortSignal
}

/** The replies this process works on, by user and request. */
export class RunningReplies {
  readonly #all = new Map<string, { cancel(): void; release(): void; decision: Promise<Decision> }>()
  #releasing = false

  /** Runs a reply, unless it already runs here: then its first copy decides for both. */
  run(userId: string, requestId: string, work: (running: Running) => Promise<Decision>): Promise<Decision> {
    const key = `${userId}.${requestId}`
    const first = this.#all.get(key)
    if (first !== undefined) return first.decision
    const cancel = new AbortController()
    const release = new AbortController()
    if (this.#releasing) release.abort()
    const decision = work({ cancelled: cancel.signal, released: release.signal }).finally(() => {
      this.#all.delete(key)
    })
    this.#all.set(key, { cancel: () => cancel.abort(), release: () => release.abort(), decision })
    return decision
  }

  cancel(userId: string, requestId: string): void {
    this.#all.get(`${userId}.${requestId}`)?.cancel()
  }

  /** Lets go of all, also of what comes yet. */
  releaseAll(): void {
    this.#releasing = true
    for (const running of this.#all.values()) running.release()
  }
}
