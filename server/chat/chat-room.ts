import type { ChatSend } from '../../bus/contract/chat.ts'
import type { ChatAccepted } from '../../bus/contract/frames.ts'
import { startAccountChores } from '../accounts/chores.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'
import { acceptChat } from './accept.ts'
import { cancelChat, endOverdueCancels, repeatCancels } from './cancel.ts'
import { checkPublished } from './check-published.ts'
import { answerHistory } from './history.ts'
import { publishReady } from './publish-ready.ts'
import { purgeDeleted, purgeLogs } from './purge.ts'
import { startRecorder } from './recorder.ts'
import { startSweep } from './sweep.ts'
import { createTitleMaker } from './title.ts'

/** Everything about chat that this hub does: what sockets ask for, and the chores every hub repeats. */
export interface ChatRoom {
  /** @throws CodedError; see `acceptChat`. */
  accept(user: User, send: ChatSend): Promise<ChatAccepted>
  /** See `cancelChat`. @throws CodedError `not_found`. */
  cancel(userId: string, requestId: string, heardOffset?: number): Promise<void>
  /** Ends the chores; resolves when nothing of them runs. */
  stop(): Promise<void>
}

/** A published request nobody looked at for this long is held against the bus, in milliseconds. */
const publishedIdleMs = 10_000

export function openChatRoom(rooms: Rooms): ChatRoom {
  const { log, bus } = rooms
  const titles = createTitleMaker(rooms)
  const ready = startSweep('publish ready requests', 2_000, log, () => publishReady(rooms))
  const published = startSweep('check published requests', 2_000, log, () => look(publishedIdleMs))
  const look = async (idleMs: number) => {
    if ((await checkPublished(rooms, idleMs)) > 0) ready.soon()
  }
  const sweeps = [
    ready,
    published,
    startSweep('repeat cancellations', 1_000, log, () => repeatCancels(rooms)),
    startSweep('end cancelled replies', 1_000, log, () => endOverdueCancels(rooms)),
    startSweep('purge logs', 30_000, log, () => purgeLogs(rooms, Date.now())),
    startSweep('purge deleted conversations', 5_000, log, () => purgeDeleted(rooms)),
    startAccountChores(rooms),
  ]
  const recorder = startRecorder(rooms, { readied: ready.soon, stored: titles.consider })
  const history = answerHistory(rooms)
  // A bus that comes back may have come back empty, so everything it should hold is looked at.
  const stopListening = bus.onConnect(() => {
    ready.soon()
    void look(1).catch(() => published.soon())
  })
  return {
    accept: (user, send) => acceptChat(rooms, user, send),
    cancel: async (userId, requestId, heardOffset) => {
      if (await cancelChat(rooms, userId, requestId, heardOffset)) ready.soon()
    },
    stop: async () => {
      stopListening()
      await Promise.all(sweeps.map((sweep) => sweep.stop()))
      await recorder.drain()
      history.unsubscribe()
    },
  }
}
