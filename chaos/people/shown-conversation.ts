import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import type { Conversation } from '../../web/chat/conversation.ts'

export interface ShownListener {
  readonly conversationId: string
  /** Where the next message hangs. */
  leaf(): string | null
  /** Requests whose answers the page shows as running, as they stand on it. */
  running(): string[]
  onAsked(frame: ChatSendFrame): void
  /** It waited in the storage when this page came. */
  onKept(frame: ChatSendFrame): void
  onRefused(frame: ChatSendFrame, code: string): void
  onPutOff(): void
  refresh(): Promise<void>
}

type Wanted = {
  readonly [Key in
    | 'id'
    | 'room'
    | 'live'
    | 'follower'
    | 'composer'
    | 'running'
    | 'showAsked'
    | 'showKept'
    | 'showRefused'
    | 'takeBack'
    | 'refresh']: unknown
}

/** The conversation of a page without its looks: all that the page's own `Requests` asks of it, and no more. */
export function shownConversation(listener: ShownListener): Conversation {
  const dataset = {
    new: 'false',
    get leafId() {
      return listener.leaf() ?? ''
    },
  }
  const unsent = (words: string) => words.startsWith('Not taken yet') && listener.onPutOff()
  const shown: Wanted & Partial<Pick<Conversation, 'showAsked' | 'showKept' | 'showRefused' | 'takeBack'>> = {
    id: listener.conversationId,
    room: { conversationId: listener.conversationId, chat: { dataset } },
    live: { of: () => ({ stop: () => undefined, unsent }) },
    follower: { toEnd: () => undefined },
    composer: { begun: () => undefined },
    running: () => listener.running(),
    showAsked: (frame) => listener.onAsked(frame),
    showKept: ({ frame }) => listener.onKept(frame),
    showRefused: ({ frame }, { code }) => listener.onRefused(frame, code),
    // Nobody here stops what the hub does not have yet.
    takeBack: ({ frame }) => listener.onRefused(frame, 'taken back'),
    refresh: () => listener.refresh(),
  }
  return shown as unknown as Conversation
}
