import { part, type Room, turnsIn } from './page-parts.ts'
import type { Follower } from './scroll.ts'

/** Does `change`, so that what the reader has in view stays there, unless that is the end. `keep`: this instead. */
export function keepPlace(follower: Follower, change: () => void, keep?: Element): void {
  const release = holdPlace(follower, keep)
  change()
  release()
  follower.follow()
}

/** Notes where a reader is. @returns brings what was in view back there, for who does not follow the end. */
export function holdPlace(follower: Follower, keep?: Element): () => void {
  const [find, before = 0] = keep ? held(() => keep) : inView(follower.room)
  return () => {
    const there = find()
    if (!follower.isFollowing && there?.isConnected)
      follower.room.scroller.scrollTop += there.getBoundingClientRect().top - before
  }
}

/** The first block in view of a turn that began above, else the first turn in view; the turn may be made anew. */
function inView({ scroller, thread }: Room): Held {
  const { top, bottom } = scroller.getBoundingClientRect()
  const beginsInView = (one: Element) => {
    const at = one.getBoundingClientRect().top
    return at >= top && at < bottom
  }
  const turns = turnsIn(thread)
  const above = turns.findLast((turn) => turn.getBoundingClientRect().top < top)
  const block = above ? blocksOf(above).findIndex(beginsInView) : -1
  const turn = block < 0 ? (turns.find(beginsInView) ?? above) : above
  return held(() => {
    const there = turn && document.getElementById(turn.id)
    return there && block >= 0 ? blocksOf(there)[block] : there
  })
}

/** How to find what is kept in its place, and where its top was, in CSS pixels from the window's. */
type Held = readonly [find: () => Element | null | undefined, top: number | undefined]

const held = (find: Held[0]): Held => [find, find()?.getBoundingClientRect().top]

/** The server renders the same blocks that the preview has. */
const blocksOf = (turn: Element): Element[] => [...(part(turn, 'reply-body')?.children ?? [])]
