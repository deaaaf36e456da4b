import type { Room } from './page-parts.ts'

/** This near to the end counts as being there, in CSS pixels. */
const nearPx = 48

/** Keeps a reader who is at the end at the end, and leaves everybody else where they read. */
export class Follower {
  readonly room: Room
  readonly #seen: ResizeObserver
  #isFollowing = true
  #lastTop = 0

  constructor(room: Room, signal: AbortSignal) {
    this.room = room
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
    const { scroller } = this.room
    // What an empty room says is read from its top.
    if (this.#isFollowing && !document.getElementById('welcome')) scroller.scrollTop = scroller.scrollHeight
    this.#update()
  }

  toEnd(): void {
    this.#isFollowing = true
    this.follow()
  }

  /** The reader stays where they are, whatever grows. */
  stay(): void {
    this.#isFollowing = false
  }

  get isFollowing(): boolean {
    return this.#isFollowing
  }

  #onWheel(deltaY: number): void {
    if (deltaY < 0 && this.room.scroller.scrollTop > 0) this.#isFollowing = false
  }

  /** Growth moves the end away without scrolling up; only a reader scrolls up. */
  #onScroll(): void {
    const top = this.room.scroller.scrollTop
    if (this.#distance() <= nearPx && top >= this.#lastTop) this.#isFollowing = true
    else if (top < this.#lastTop - 1 && this.#distance() > 1) this.#isFollowing = false
    this.#lastTop = top
    this.#update()
  }

  #update(): void {
    const isAway = !this.#isFollowing && this.#distance() > nearPx
    this.room.toEnd.toggleAttribute('hidden', !isAway)
  }

  #distance(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.room.scroller
    return scrollHeight - scrollTop - clientHeight
  }
}
