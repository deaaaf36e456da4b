import { part, type Room, turnsIn } from './page-parts.ts'

/** This near to the end counts as being there, in CSS pixels. */
const nearPx = 48

/** Keeps a reader who is at the end at the end, and leaves everybody else where they read. */
export class Follower {
  readonly #room: Room
  readonly #seen: ResizeObserver
  #isFollowing = true
  #lastTop = 0
  #held: Held | undefined

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

  /** Does `change`, so that what the reader has in view stays there, unless that is the end. `keep`: this instead. */
  keepPlace(change: () => void, keep?: Element): void {
    this.#held = keep ? held(() => keep) : this.#inView()
    change()
    this.release()
    this.follow()
  }

  /** Something is put in above: keeps what is in view until `release`. */
  hold(): void {
    this.#isFollowing = false
    this.#held = this.#inView()
  }

  release(): void {
    const [find, before = 0] = this.#held ?? []
    const there = find?.()
    this.#held = undefined
    if (!this.#isFollowing && there?.isConnected)
      this.#room.scroller.scrollTop += there.getBoundingClientRect().top - before
  }

  /** The first block in view of a turn that began above, else the first turn in view; the turn may be made anew. */
  #inView(): Held {
    const { top, bottom } = this.#room.scroller.getBoundingClientRect()
    const beginsInView = (one: Element) => {
      const at = one.getBoundingClientRect().top
      return at >= top && at < bottom
    }
    const turns = turnsIn(this.#room.thread)
    const above = turns.findLast((turn) => turn.getBoundingClientRect().top < top)
    const block = above ? blocksOf(above).findIndex(beginsInView) : -1
    const turn = block < 0 ? (turns.find(beginsInView) ?? above) : above
    return held(() => {
      const there = turn && document.getElementById(turn.id)
      return there && block >= 0 ? blocksOf(there)[block] : there
    })
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

/** How to find what is kept in its place, and where its top was, in CSS pixels from the window's. */
type Held = readonly [find: () => Element | null | undefined, top: number | undefined]

const held = (find: Held[0]): Held => [find, find()?.getBoundingClientRect().top]

/** The server renders the same blocks that the preview has. */
const blocksOf = (turn: Element): Element[] => [...(part(turn, 'reply-body')?.children ?? [])]
