import { CodedError } from '../../bus/contract/errors.ts'

/** The questions of one kind that this worker works on: each once, however often it is asked, and so many at most. */
export class Questions {
  readonly #running = new Map<string, { readonly person: string; readonly answer: Promise<object> }>()
  readonly #release = new AbortController()
  readonly #slots: number

  constructor(slots: number) {
    this.#slots = slots
  }

  /**
   * The answer to a person's question, by whatever tells it from others of theirs. One person has half of the slots at
   * most, so that nobody takes them all from everybody else; but two, since the next piece of an answer is asked for
   * while one is made.
   *
   * @throws CodedError `queue_full` where no slot is free, or this worker leaves: the question is to be asked again.
   */
  async answer(
    person: string,
    question: string,
    work: (released: AbortSignal) => Promise<object>,
  ): Promise<object> {
    const key = `${person}.${question}`
    const running = this.#running.get(key)
    if (running !== undefined) return await running.answer
    this.#release.signal.throwIfAborted()
    if (this.#running.size >= this.#slots || this.#countOf(person) >= Math.max(2, this.#slots / 2))
      throw new CodedError('queue_full', 'This worker has all it can hear and say at once')
    const answer = work(this.#release.signal).finally(() => this.#running.delete(key))
    this.#running.set(key, { person, answer })
    return await answer
  }

  /** Resolves when nothing is at work. */
  async settled(): Promise<void> {
    while (this.#running.size > 0)
      await Promise.allSettled([...this.#running.values()].map(({ answer }) => answer))
  }

  /** Lets go of all, also of what comes yet. */
  releaseAll(): void {
    this.#release.abort(new CodedError('queue_full', 'This worker is leaving'))
  }

  #countOf(person: string): number {
    return [...this.#running.values()].filter((one) => one.person === person).length
  }
}
