import { type Room, turnsIn } from './page-parts.ts'

/** This near to the end counts as being there, in CSS pixels. */
const nearPx = 48

/** Keeps a reader who is at the end at the end, and leaves everybody else where they read. */
export class Follower {
  readonly #room: Room
  readonly #seen: ResizeObserver
  #isFollowing = true
  #lastTop = 0
  #held: { readonly turn: Element; readonly top: number } | undefined

  constructor(room: Room, signal: AbortSignal) {
    this.#room = room
    const { scroller, toEnd, thread } = room
    scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true, signal })
    scroller.addEventListener('wheel', ({ deltaY }) => this.#onWheel(deltaY), { passive: true, signal })
    toEnd.addEventListener('click', () => this.toEnd(), { signal })
    // The thread grows by text, by pictures of code, by a fold that is opened; the window and the composer change too.
    this.#seen = new ResizeObserver(() => this.follow())
    this.#seen.observe(thread)
    this.#seen.observe(scroller)
    signal.addEventListener('abort', () => this.#seen.disconnect())
    this.toEnd()
  }

  /** After something changed: goes along if the reader was at the end. */
  follow(): void {
    const { scroller } = this.#room
    if (this.#isFollowing) scroller.scrollTop = scroller.scrollHeight
    this.#update()
  }

  toEnd(): void {
    this.#isFollowing = true
    this.follow()
  }

  /** Does `change`, so that what stands at the top of the view stays there, unless the reader is at the end. */
  keepPlace(change: () => void, keep: Element | undefined = this.#firstInView()): void {
    const before = keep?.getBoundingClientRect().top ?? 0
    change()
    if (!this.#isFollowing && keep?.isConnected)
      this.#room.scroller.scrollTop += keep.getBoundingClientRect().top - before
    this.follow()
  }

  /** Something is put in above: keeps what is in view until `release`. */
  hold(): void {
    this.#isFollowing = false
    const turn = this.#firstInView()
    if (turn) this.#held = { turn, top: turn.getBoundingClientRect().top }
  }

  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held?.turn.isConnected)
      this.#room.scroller.scrollTop += held.turn.getBoundingClientRect().top - held.top
  }

  /** The end of the first turn that is in view may be far below; a turn that begins in view is a firmer hold. */
  #firstInView(): Element | undefined {
    const { top } = this.#room.scroller.getBoundingClientRect()
    const turns = turnsIn(this.#room.thread)
    return turns.find((turn) => turn.getBoundingClientRect().top >= top) ?? turns.at(-1)
  }

  #onWheel(deltaY: number): void {
    if (deltaY < 0 && this.#room.scroller.scrollTop > 0) this.#isFollowing = false
  }

  /** Growth moves the end away without scrolling up; only a reader scrolls up. */
  #onScroll(): void {
    const top = this.#room.scroller.scrollTop
    if (this.#distance() <= nearPx && top >= this.#lastTop) this.#isFollowing = true
    else if (top < this.#lastTop - 1 && this.#distance() > 1) this.#isFollowing = false
    this.#lastTop = top
    this.#update()
  }

  #update(): void {
    const isAway = !this.#isFollowing && this.#distance() > nearPx
    this.#room.toEnd.toggleAttribute('hidden', !isAway)
  }

  #distance(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#room.scroller
    return scrollHeight - scrollTop - clientHeight
  }
}
