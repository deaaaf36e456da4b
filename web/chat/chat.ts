import type { ChatAccepted, ChatChanged, ClientFrame, HubFrame, Welcome } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { socketPath } from '../../bus/contract/protocol.ts'
import { Conversation } from './conversation.ts'
import { limitsOf } from './delivery.ts'
import { Drafts, sharedStorage } from './kept.ts'
import { showConnection, tell, wasTheFrame } from './notices.ts'
import { findRoom, runs, turnOf } from './page-parts.ts'
import { Replies } from './replies.ts'
import { Requests } from './requests.ts'
import { ChatSocket } from './socket.ts'
import type { ConnectionState } from './socket-listener.ts'

/** A gap in the connection that is shorter is not shown, in milliseconds. */
const briefMs = 500

/** The chat of one page: one socket, what is asked over it, and the conversation that is shown. */
export class Chat {
  readonly requests: Requests
  readonly replies: Replies
  conversation: Conversation | undefined
  /** As it is shown. */
  state: ConnectionState = 'returning'
  /** Hears each frame, a call's own and all others, once this page has done with it what it says; where a call is on. */
  onHeard: ((frame: HubFrame) => void) | undefined
  /** The page is left: the last moment to send something. */
  onLeave: (() => void) | undefined
  /** @returns whether it went out. */
  readonly send = (frame: ClientFrame): boolean => this.#socket.send(frame)
  readonly #userId: string
  readonly #companionName: string
  readonly #tab = uuidv7()
  readonly #drafts: Drafts
  readonly #socket: ChatSocket
  /** Comes a moment later. Should another tab adopt from this one meanwhile, the hub takes what comes twice as once. */
  readonly #tabs = import('./tabs.ts').catch(() => undefined)
  #told: ConnectionState = 'returning'
  #brief: ReturnType<typeof setTimeout> | undefined
  #wasHere = false

  /** @param page the body's data: who is here, who answers, how long a message may be. */
  constructor(page: DOMStringMap) {
    const storage = sharedStorage()
    this.#userId = page.userId ?? ''
    this.#companionName = page.companionName ?? ''
    this.#drafts = new Drafts(storage, this.#userId)
    this.replies = new Replies({
      askFor: (request_id, epoch, seq) => this.send({ type: 'chat.resume', request_id, epoch, seq }),
      onChange: (reply) => this.conversation?.live.grow(reply),
      onEnd: (reply) => this.conversation?.live.end(reply),
      onLost: (requestId) => void this.conversation?.fetchReply(requestId),
    })
    this.#socket = new ChatSocket(location.origin.replace('http', 'ws') + socketPath, this.#tab, {
      resume: () => this.replies.resume(),
      isWaiting: () => this.replies.isWaiting,
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => this.#onState(state),
      onGone: () => {
        this.replies.disconnected()
        this.requests.restart()
      },
      onRefused: (closeCode) => this.#onRefused(closeCode),
    })
    this.requests = new Requests({
      storage,
      userId: this.#userId,
      tab: this.#tab,
      limits: limitsOf(page),
      replies: this.replies,
      shown: () => this.conversation,
      send: this.send,
    })
  }

  start(): void {
    this.attach()
    this.#socket.connect()
    for (const change of ['online', 'offline', 'visibilitychange', 'pageshow'])
      addEventListener(change, () => document.hidden || this.#socket.wake())
    for (const sign of ['keydown', 'pointerdown']) addEventListener(sign, () => this.#socket.touch())
    addEventListener('pagehide', () => {
      this.onLeave?.()
      this.#socket.rest()
    })
    void this.#tabs.then((tabs) => tabs?.holdTab(this.#tab))
  }

  /** Takes up what the page shows now: at the start, and after another conversation was swapped in. */
  attach(): void {
    const room = findRoom()
    if (this.conversation && this.conversation.room.thread === room?.thread) return
    this.conversation?.leave()
    this.replies.clear()
    this.conversation =
      room &&
      new Conversation(room, this.#companionName, this.#drafts, {
        onSend: (message) => this.requests.send(message),
        onStop: () => this.requests.stop(),
        onEditLast: () => tell('edit-last'),
        onTurns: () => this.#followTurns(),
        onSettled: (requestId) => this.replies.forget(requestId),
      })
    this.#showState()
    this.conversation?.turnsCame()
    this.requests.show()
  }

  #onFrame(frame: HubFrame): void {
    if (frame.type === 'chat.entry') this.replies.read(frame)
    else if (frame.type === 'chat.ahead') this.replies.readAhead(frame)
    else if (frame.type === 'chat.accepted') this.#onAccepted(frame)
    else if (frame.type === 'chat.resumed') this.replies.resumed(frame)
    else if (frame.type === 'chat.changed') this.#onChanged(frame)
    else if (frame.type === 'error') {
      if (frame.request_id !== undefined) this.replies.refused(frame.request_id)
      this.requests.fail(frame)
    }
    this.onHeard?.(frame)
  }

  #onWelcome(welcome: Welcome): void {
    const { user, limits, version } = welcome
    if (user.id !== this.#userId) {
      this.#socket.stop()
      tell('refused')
      return
    }
    this.requests.limits = { messageLength: limits.message_length, frameBytes: limits.frame_bytes }
    if (version !== document.body.dataset.version) tell('version')
    this.replies.resumeRest()
    this.requests.restart()
    void this.#tabs.then(async (tabs) => tabs && this.requests.adopt(await tabs.goneTabs()))
    // What happened elsewhere while nobody listened is not told again. A conversation without a word is nowhere else.
    if (this.#wasHere) {
      if (document.querySelector('.turn')) void this.conversation?.refresh()
      tell('refresh')
    }
    this.#wasHere = true
    this.onHeard?.(welcome)
  }

  #onAccepted(accepted: ChatAccepted): void {
    const { request_id, conversation_id, state } = accepted
    const frame = this.requests.accept(accepted)
    this.#shown(conversation_id)?.showAccepted(frame, accepted)
    this.replies.accept(request_id, state === 'published')
    if (!runs(state)) void this.#shown(conversation_id)?.fetchReply(request_id)
    this.requests.sendStops()
    if (!this.conversation && location.pathname === `/c/${conversation_id}`) location.reload()
  }

  #onChanged({ type: _type, ...changed }: ChatChanged): void {
    tell('changed', changed)
    if (changed.kind === 'stored') this.requests.ended(changed.request_id ?? '')
    const conversation = this.#shown(changed.conversation_id)
    if (conversation === undefined || changed.request_id === undefined) return
    if (turnOf(changed.request_id) === null) void conversation.refresh()
    else if (changed.kind === 'stored') void conversation.fetchReply(changed.request_id)
  }

  #onState(state: ConnectionState): void {
    // Told again, it does not begin to be a brief one anew.
    if (state === this.#told) return
    this.#told = state
    clearTimeout(this.#brief)
    const show = () => {
      this.state = state
      this.#showState()
    }
    if (state === 'returning') this.#brief = setTimeout(show, briefMs)
    else show()
  }

  #showState(): void {
    showConnection(this.state)
    this.conversation?.live.setHere(this.state === 'here')
  }

  /** A frame that no hub takes must not be the end of all others. */
  #onRefused(closeCode: number): boolean {
    if (
      wasTheFrame(closeCode) &&
      this.requests.blame('frame_invalid', 'The server cannot take this message.')
    )
      return true
    tell('refused', closeCode)
    return false
  }

  /** Replies that the server shows as running are followed from their beginning. */
  #followTurns(): void {
    for (const requestId of this.conversation?.running() ?? []) {
      if (this.replies.has(requestId) || this.requests.outbox.find(requestId)) continue
      this.replies.follow(requestId)
      this.replies.accept(requestId, true)
      this.conversation?.live.of(requestId)?.accept()
    }
  }

  #shown(conversationId: string): Conversation | undefined {
    return this.conversation?.id === conversationId ? this.conversation : undefined
  }
}
