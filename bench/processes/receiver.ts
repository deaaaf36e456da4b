import { clockLeadUs, nowUs } from '../measure/clock.ts'
import { readStamps } from '../measure/stamps.ts'

/** What arrived while it was measured: latencies in milliseconds, and how many streams ran at the end. */
export interface Window {
  readonly latenciesMs: Float64Array
  readonly seconds: number
  readonly running: number
}

/** Takes the tokens of all streams of one side. */
export class Receiver {
  /** What the backend's stamps are ahead of this process's clock, in microseconds. */
  backendLeadUs = 0
  running = 0
  #samples = new Float64Array(1 << 16)
  #count = 0
  #begunUs: number | undefined
  #changed: (() => void)[] = []

  /** Tokens of a stream, as they stand in the text of one frame. */
  take(text: string): void {
    if (this.#begunUs === undefined) return
    const receivedUs = nowUs() + this.backendLeadUs
    readStamps(text, (sentUs) => this.#keep((receivedUs - sentUs) / 1000))
  }

  begin(backendClockLeadUs: number): void {
    this.backendLeadUs = backendClockLeadUs - clockLeadUs()
    this.#count = 0
    this.#begunUs = nowUs()
  }

  end(): Window {
    const seconds = (nowUs() - (this.#begunUs ?? 0)) / 1e6
    this.#begunUs = undefined
    return { latenciesMs: this.#samples.slice(0, this.#count), seconds, running: this.running }
  }

  /** A stream has begun or ended. */
  change(by: 1 | -1): void {
    this.running += by
    for (const look of this.#changed) look()
  }

  /** Resolves when so many streams run. @throws after `timeoutMs`. */
  async whenRunning(count: number, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.running === count) resolve()
    }
    const late = () => reject(new Error(`${this.running} streams run after ${timeoutMs} ms, not ${count}`))
    const timer = setTimeout(late, timeoutMs)
    this.#changed.push(look)
    look()
    await promise.finally(() => {
      clearTimeout(timer)
      this.#changed = this.#changed.filter((one) => one !== look)
    })
  }

  #keep(latencyMs: number): void {
    if (this.#count === this.#samples.length) {
      const larger = new Float64Array(2 * this.#count)
      larger.set(this.#samples)
      this.#samples = larger
    }
    this.#samples[this.#count++] = latencyMs
  }
}
