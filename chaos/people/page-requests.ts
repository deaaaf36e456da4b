import type { ChatSendFrame, ClientFrame } from '../../bus/contract/frames.ts'
import type { Replies } from '../../web/chat/replies.ts'
import { Requests } from '../../web/chat/requests.ts'
import { Stops } from '../../web/chat/stops.ts'
import type { Ledger } from '../check/ledger.ts'
import type { Person } from './person.ts'
import { shownConversation } from './shown-conversation.ts'
import type { Thread } from './thread.ts'

export interface PageRequestsOptions {
  readonly person: Person
  readonly tab: string
  readonly thread: Thread
  readonly replies: Replies
  readonly ledger: Ledger
  onAsked(frame: ChatSendFrame): void
  send(frame: ClientFrame): boolean
}

/** The page's own requests and stops, over a conversation without its looks. */
export function pageRequests({ person, tab, thread, ledger, ...page }: PageRequestsOptions): Requests {
  const shown = shownConversation({
    conversationId: person.conversationId,
    leaf: () => person.leaf,
    running: () => thread.running(),
    onAsked: (frame) => {
      thread.watch(frame.request_id)
      page.onAsked(frame)
    },
    onKept: ({ request_id }) => thread.watch(request_id),
    onRefused: (frame, code) => person.refused(frame, code),
    onPutOff: () => ledger.note('a message was put off'),
    refresh: () => thread.refresh(),
  })
  const requests = new Requests({
    storage: person.storage,
    userId: person.cookie,
    tab,
    limits: { messageLength: Infinity, frameBytes: Infinity },
    replies: page.replies,
    shown: () => shown,
    send: page.send,
  })
  requests.stops = new Stops(person.storage, person.cookie, { requests, conversation: undefined })
  return requests
}
