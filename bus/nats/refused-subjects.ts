import { kindOf } from './refusals.ts'

/** What was refused is left alone for so long, in milliseconds; past so many kinds of subjects it is not. */
const refusedMs = 60_000
const maxRefused = 200

/** What the server lately refused this connection to publish to, by kinds of subjects. */
export class RefusedSubjects {
  readonly #refusedAtMs = new Map<string, number>()

  add(subject: string): void {
    if (this.#refusedAtMs.size < maxRefused) this.#refusedAtMs.set(kindOf(subject), performance.now())
  }

  has(subject: string): boolean {
    if (this.#refusedAtMs.size === 0) return false
    const refusedAtMs = this.#refusedAtMs.get(kindOf(subject)) ?? Number.NEGATIVE_INFINITY
    return performance.now() - refusedAtMs < refusedMs
  }

  /** A new connection may have other rights. */
  clear(): void {
    this.#refusedAtMs.clear()
  }
}
