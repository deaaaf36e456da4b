/** Ends a stay; a second call does nothing. */
export type Leave = () => void

/**
 * Lets so many through at once; the others wait. Who waits longest comes next, but of those that share a key one after
 * the other only, so that nobody who wants much holds up those who want little.
 */
export class Turnstile<Key> {
  readonly #most: number
  readonly #waiting = new Map<Key, (() => void)[]>()
  #inside = 0

  constructor(most: number) {
    this.#most = most
  }

  get inside(): number {
    return this.#inside
  }

  /** Resolves when its turn has come, with what must be called at its end. */
  async enter(key: Key): Promise<Leave> {
    if (this.#inside >= this.#most) await this.#wait(key)
    else this.#inside += 1
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      this.#letNextIn()
    }
  }

  #wait(key: Key): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const others = this.#waiting.get(key)
    if (others === undefined) this.#waiting.set(key, [resolve])
    else others.push(resolve)
    return promise
  }

  /** Its place goes to the next one, without being free in between. */
  #letNextIn(): void {
    const [first] = this.#waiting
    if (first === undefined) {
      this.#inside -= 1
      return
    }
    const [key, [next, ...others]] = first
    this.#waiting.delete(key)
    if (others.length > 0) this.#waiting.set(key, others)
    next?.()
  }
}
