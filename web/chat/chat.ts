import type {
  ChatAccepted,
  ChatChanged,
  ChatSendFrame,
  HubFrame,
  Welcome,
} from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { socketPath } from '../../bus/contract/protocol.ts'
import { Conversation } from './conversation.ts'
import {
  type Asked,
  begin,
  cleaned,
  Delivery,
  flawOf,
  frameOf,
  type Limits,
  limitsOf,
  tellBegun,
} from './delivery.ts'
import { Drafts, goneTabs, holdTab, Outbox, sharedStorage } from './kept.ts'
import { sayRefused, showConnection, toast, wasTheFrame } from './notices.ts'
import { findRoom, turnOf } from './page-parts.ts'
import { Replies } from './replies.ts'
import { ChatSocket, type ConnectionState } from './socket.ts'

/** How often silence is looked at, in milliseconds. */
const lookMs = 2_000

/** The chat of one page: one socket, one outbox, and the conversation that is shown. */
export class Chat {
  readonly outbox: Outbox
  conversation: Conversation | undefined
  readonly #userId: string
  readonly #companionName: string
  readonly #tab = uuidv7()
  readonly #drafts: Drafts
  readonly #delivery: Delivery
  readonly #replies: Replies
  readonly #socket: ChatSocket
  /** Requests that are to be stopped, until they end. */
  readonly #stopped = new Set<string>()
  /** Conversations whose first message the hub does not have yet. */
  readonly #begun = new Set<string>()
  #state: ConnectionState = 'returning'
  #limits: Limits
  #wasHere = false

  /** @param page the body's data: who is here, who answers, how long a message may be. */
  constructor(page: DOMStringMap) {
    const storage = sharedStorage()
    this.#userId = page.userId ?? ''
    this.#companionName = page.companionName ?? ''
    this.#limits = limitsOf(page)
    this.#drafts = new Drafts(storage, this.#userId)
    this.outbox = new Outbox(storage, this.#userId, this.#tab)
    this.#delivery = new Delivery(this.outbox, {
      send: (frame) => this.#socket.send(frame),
      onRefused: (frame, refusal) => {
        this.#replies.forget(frame.request_id)
        this.#shown(frame.conversation_id)?.showRefused(frame, refusal)
        if (frame.kind === 'regenerate') this.#undo(frame, refusal.detail)
      },
      onDelayed: ({ request_id }, why) => this.conversation?.liveOf(request_id)?.delay(why),
    })
    this.#replies = new Replies({
      askFor: (request_id, epoch, seq) => this.#socket.send({ type: 'chat.resume', request_id, epoch, seq }),
      onChange: (reply) => this.conversation?.grow(reply),
      onEnd: (reply) => this.conversation?.end(reply),
      onLost: (requestId) => void this.conversation?.fetchReply(requestId),
      onSilence: ({ requestId }, silentMs) => this.conversation?.liveOf(requestId)?.silent(silentMs),
    })
    const url = new URL(socketPath, location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#socket = new ChatSocket(url.href, this.#tab, {
      resume: () => this.#replies.resume(),
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => this.#onState(state),
      onRefused: (closeCode) => this.#onRefused(closeCode),
    })
  }

  start(): void {
    let release = holdTab(this.#tab)
    this.attach()
    this.#socket.connect()
    setInterval(() => this.#state === 'here' && this.#replies.look(), lookMs)
    for (const change of ['online', 'offline']) addEventListener(change, () => this.#socket.wake())
    document.addEventListener('visibilitychange', () => document.hidden || this.#socket.wake())
    addEventListener('pagehide', () => {
      release()
      this.#socket.rest()
    })
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) release = holdTab(this.#tab)
      this.#socket.wake()
    })
  }

  /** Takes up what the page shows now: at the start, and after another conversation was swapped in. */
  attach(): void {
    const room = findRoom()
    if (this.conversation && this.conversation.room.thread === room?.thread) return
    this.conversation?.leave()
    this.#replies.clear()
    this.conversation =
      room &&
      new Conversation(room, this.#companionName, this.#drafts, {
        onSend: (message) => this.send(message),
        onStop: () => this.stop(),
        onEditLast: () => document.body.dispatchEvent(new CustomEvent('companions:edit-last')),
        maxLength: () => this.#limits.messageLength,
        onTurns: () => this.#followTurns(),
        onSettled: (requestId) => this.#replies.forget(requestId),
      })
    showConnection(this.#state)
    this.conversation?.setHere(this.#state === 'here')
    this.#followTurns()
    this.#showKept()
  }

  /** @returns why it was not taken, in words for people. */
  send(message: string): string | undefined {
    return this.ask({ kind: 'send', message_id: uuidv7(), message })
  }

  /** Sends, edits or regenerates in the conversation that is shown. @returns why it was not taken. */
  ask(asked: Asked): string | undefined {
    const { conversation } = this
    if (conversation === undefined) return 'There is no conversation here.'
    const frame = frameOf(conversation.room, asked)
    const flaw = flawOf(frame, this.#limits)
    if (flaw !== undefined) return flaw
    if (!this.outbox.add(frame)) return 'Too much waits to be sent already.'
    this.#replies.follow(frame.request_id)
    conversation.showAsked(frame)
    conversation.follower.toEnd()
    if (begin(conversation.room)) {
      this.#begun.add(conversation.id)
      conversation.composer.begun()
    }
    this.#delivery.pump()
    return undefined
  }

  /** @param parentId what the edited message follows. @returns why it was not taken. */
  edit(text: string, parentId: string | null): string | undefined {
    const message = cleaned(text)
    if (message === '') return 'There is nothing to send.'
    return this.ask({ kind: 'edit', message_id: uuidv7(), parent_id: parentId, message })
  }

  /** Sends a refused message once more, as a new request. */
  sendAgain(messageId: string): void {
    const frame = this.discard(messageId)
    if (frame === undefined) return
    const { kind, parent_id, message = '' } = frame
    const flaw = kind === 'edit' ? this.edit(message, parent_id) : this.send(message)
    if (flaw !== undefined) toast(flaw)
  }

  /** @returns the refused message's frame, which is no more. */
  discard(messageId: string): ChatSendFrame | undefined {
    const frame = this.outbox.refused(messageId)
    if (frame === undefined) return undefined
    this.outbox.remove(frame.request_id)
    turnOf(messageId)?.remove()
    return frame
  }

  /** Stops the answer that is written or, before that, waits first. What was not sent yet is taken back. */
  stop(): void {
    const requestId = this.conversation?.running()[0]
    if (requestId === undefined) return
    const unsent = this.outbox.find(requestId)?.frame
    if (unsent && !this.#delivery.isFlying(requestId)) {
      this.#takeBack(unsent)
      return
    }
    this.#stopped.add(requestId)
    this.conversation?.liveOf(requestId)?.stop()
    this.#sendStops()
  }

  #onFrame(frame: HubFrame): void {
    if (frame.type === 'chat.entry') this.#replies.read(frame)
    else if (frame.type === 'chat.accepted') this.#onAccepted(frame)
    else if (frame.type === 'chat.resumed') this.#replies.resumed(frame)
    else if (frame.type === 'chat.changed') this.#onChanged(frame)
    else if (frame.type === 'error') {
      if (frame.request_id !== undefined) this.#replies.refused(frame.request_id)
      this.#delivery.fail(frame)
    }
  }

  #onWelcome({ user, limits, version }: Welcome): void {
    if (user.id !== this.#userId) {
      this.#socket.stop()
      sayRefused(this.conversation, 'Somebody else is signed in now.')
      return
    }
    this.#limits = { messageLength: limits.message_length, frameBytes: limits.frame_bytes }
    if (version !== document.body.dataset.version)
      document.body.dispatchEvent(new Event('companions:version'))
    this.#replies.resumeRest()
    this.#sendStops()
    this.#delivery.restart()
    void goneTabs().then((isGone) => {
      if (this.outbox.adopt(isGone).length > 0) this.#showKept()
      this.#delivery.pump()
    })
    // What happened elsewhere while nobody listened is not told again.
    if (this.#wasHere) void this.conversation?.refresh()
    this.#wasHere = true
  }

  #onAccepted(accepted: ChatAccepted): void {
    const { request_id, conversation_id, state } = accepted
    const frame = this.#delivery.accept(request_id)
    if (this.#begun.delete(conversation_id)) tellBegun(conversation_id)
    this.#shown(conversation_id)?.showAccepted(frame, accepted)
    this.#replies.accept(request_id, state === 'published')
    if (state !== 'waiting' && state !== 'ready' && state !== 'published')
      void this.#shown(conversation_id)?.fetchReply(request_id)
    this.#sendStops()
    if (!this.conversation && location.pathname === `/c/${conversation_id}`) location.reload()
  }

  #onChanged({ type: _type, ...changed }: ChatChanged): void {
    document.body.dispatchEvent(new CustomEvent('companions:changed', { detail: changed }))
    const conversation = this.#shown(changed.conversation_id)
    if (conversation === undefined || changed.request_id === undefined) return
    if (turnOf(changed.request_id) === null) void conversation.refresh()
    else if (changed.kind === 'stored') void conversation.fetchReply(changed.request_id)
  }

  #onState(state: ConnectionState): void {
    this.#state = state
    showConnection(state)
    this.conversation?.setHere(state === 'here')
    if (state === 'here') return
    this.#replies.disconnected()
    this.#delivery.restart()
  }

  /** A frame that no hub takes must not be the end of all others. */
  #onRefused(closeCode: number): boolean {
    if (
      wasTheFrame(closeCode) &&
      this.#delivery.blame('frame_invalid', 'The server cannot take this message.')
    )
      return true
    sayRefused(this.conversation, closeCode)
    return false
  }

  #sendStops(): void {
    for (const request_id of this.#stopped) {
      if (!this.#replies.has(request_id)) this.#stopped.delete(request_id)
      else if (!this.outbox.find(request_id)) this.#socket.send({ type: 'chat.cancel', request_id })
    }
  }

  /** Replies that the server shows as running are followed from their beginning. */
  #followTurns(): void {
    for (const requestId of this.conversation?.running() ?? []) {
      if (this.#replies.has(requestId) || this.outbox.find(requestId)) continue
      this.#replies.follow(requestId)
      this.#replies.accept(requestId, true)
      this.conversation?.liveOf(requestId)?.accept()
    }
  }

  #showKept(): void {
    const { conversation } = this
    if (conversation === undefined) return
    for (const entry of this.outbox.of(conversation.id)) {
      conversation.showKept(entry)
      if (entry.refusal === undefined) this.#replies.follow(entry.frame.request_id)
    }
  }

  #takeBack(frame: ChatSendFrame): void {
    this.outbox.remove(frame.request_id)
    this.#replies.forget(frame.request_id)
    this.#shown(frame.conversation_id)?.takeBack(frame)
    if (frame.kind !== 'send') void this.conversation?.refresh()
  }

  #undo({ request_id }: ChatSendFrame, why: string): void {
    this.outbox.remove(request_id)
    toast(why)
    void this.conversation?.refresh()
  }

  #shown(conversationId: string): Conversation | undefined {
    return this.conversation?.id === conversationId ? this.conversation : undefined
  }
}
