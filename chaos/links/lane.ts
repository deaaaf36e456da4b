import type { Socket } from 'node:net'

/** One piece of what passes, and what to do once it has. */
export interface Passing {
  /** Undefined: it is swallowed. */
  readonly bytes: Buffer | undefined
  readonly onPassed?: (() => void) | undefined
}

/** Looks at what comes and says what passes. */
export type Watch = (chunk: Buffer) => Iterable<Passing>

export interface LaneState {
  readonly frozen: boolean
  readonly bytesPerSecond: number | undefined
}

/** Held bytes past this stop the reading, as a full network would. */
const maxWaitingBytes = 1024 * 1024

/** One way of a connection. Once the watch froze it, even what was read already stays here. */
export class Lane {
  readonly #from: Socket
  readonly #to: Socket
  #held: Passing[] = []
  #state: LaneState = { frozen: false, bytesPerSecond: undefined }

  constructor(from: Socket, to: Socket, watch: Watch = (chunk) => [{ bytes: chunk }]) {
    this.#from = from
    this.#to = to
    from.on('data', (chunk: Buffer) => {
      for (const passing of watch(chunk)) this.#held.push(passing)
      this.#flush()
      this.#pace(chunk.length)
    })
    from.on('end', () => to.end())
    to.on('drain', () => this.#resume())
  }

  set(state: LaneState): void {
    this.#state = state
    if (state.frozen) this.#from.pause()
    else {
      this.#flush()
      this.#resume()
    }
  }

  #flush(): void {
    while (!this.#state.frozen) {
      const next = this.#held.shift()
      if (next === undefined) return
      if (next.bytes !== undefined && !this.#to.destroyed) this.#to.write(next.bytes)
      next.onPassed?.()
    }
  }

  #pace(bytes: number): void {
    const { bytesPerSecond } = this.#state
    if (this.#to.writableLength > maxWaitingBytes) this.#from.pause()
    if (bytesPerSecond === undefined) return
    this.#from.pause()
    setTimeout(() => this.#resume(), (bytes / bytesPerSecond) * 1_000)
  }

  #resume(): void {
    if (!this.#state.frozen && !this.#from.destroyed) this.#from.resume()
  }
}
