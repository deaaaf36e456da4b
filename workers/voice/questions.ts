import { CodedError } from '../../bus/contract/errors.ts'

/** The questions of one kind that this worker works on: each once, however often it is asked, and so many at most. */
export class Questions {
  readonly #running = new Map<string, Promise<object>>()
  readonly #release = new AbortController()
  readonly #slots: number

  constructor(slots: number) {
    this.#slots = slots
  }

  /**
   * The answer to a question, by whatever tells it from others.
   *
   * @throws CodedError `queue_full` where no slot is free, or this worker leaves: the question is to be asked again.
   */
  async answer(key: string, work: (released: AbortSignal) => Promise<object>): Promise<object> {
    const running = this.#running.get(key)
    if (running !== undefined) return await running
    this.#release.signal.throwIfAborted()
    if (this.#running.size >= this.#slots)
      throw new CodedError('queue_full', 'This worker has all it can hear and say at once')
    const answer = work(this.#release.signal).finally(() => this.#running.delete(key))
    this.#running.set(key, answer)
    return await answer
  }

  /** Resolves when nothing is at work. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
  }

  /** Lets go of all, also of what comes yet. */
  releaseAll(): void {
    this.#release.abort(new CodedError('queue_full', 'This worker is leaving'))
  }
}
