/** Everything that needs chance has a stream of its own, so that it draws the same whatever others do meanwhile. */
export type StreamOf = (...of: readonly number[]) => Random

/** A source of chance that says the same for the same seed: mulberry32 (Tommy Ettinger, public domain). */
export class Random {
  #state: number

  constructor(...seeds: readonly number[]) {
    this.#state = seeds.reduce((state, seed) => Math.imul(state ^ seed, 0x9e3779b1) + 0x85ebca6b, 0x2545f491)
  }

  /** 0 to below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low)
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** @throws for an empty list */
  pick<One>(list: readonly One[]): One {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new RangeError('There is nothing to pick from')
    return one
  }

  shuffled<One>(list: readonly One[]): One[] {
    const cards = list.map((one) => ({ one, at: this.fraction() }))
    return cards.sort((left, right) => left.at - right.at).map(({ one }) => one)
  }
}
