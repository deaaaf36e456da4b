import type { WebSocket } from 'ws'
import type {
  ChatAccepted,
  ChatChanged,
  ChatSendFrame,
  HubFrame,
  Welcome,
} from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { Delivery } from '../../web/chat/delivery.ts'
import { Outbox } from '../../web/chat/kept.ts'
import { Replies } from '../../web/chat/replies.ts'
import type { RunningReply } from '../../web/chat/running-reply.ts'
import { backoffMs, ChatSocket } from '../../web/chat/socket.ts'
import type { Ledger } from '../check/ledger.ts'
import { addRoute } from './house-socket.ts'
import { fetchReplies, isRunning } from './page.ts'
import type { Person } from './person.ts'

/** A reply this page shows, from its beginning to how the server renders it. */
export interface Watched {
  readonly requestId: string
  /** What the log said at its end. */
  read: { readonly text: string; readonly epoch: number } | undefined
  /** As the server has it. */
  settled: { readonly state: string; readonly content: string } | undefined
  fetching: boolean
}

/** How long the store's word that it has a reply is waited for before it is asked, in milliseconds. */
const storedMs = 2_000

/**
 * One page of a person, without its looks: the product's own socket, outbox and reader, put together as the page puts
 * them together.
 */
export class Tab {
  readonly id = uuidv7()
  readonly outbox: Outbox
  readonly watched = new Map<string, Watched>()
  readonly #person: Person
  readonly #ledger: Ledger
  readonly #socket: ChatSocket
  readonly #replies: Replies
  readonly #delivery: Delivery
  readonly #stopped = new Set<string>()
  readonly #look: NodeJS.Timeout
  readonly #forgetRoute: () => void
  #connection: WebSocket | undefined
  /** Which hub its connection goes to. */
  hub = -1
  #isClosed = false
  #isHere = false

  constructor(person: Person, ledger: Ledger) {
    this.#person = person
    this.#ledger = ledger
    const url = `ws://house/${this.id}`
    this.#forgetRoute = addRoute(url, () => this.#route())
    this.outbox = new Outbox(person.storage, person.cookie, this.id)
    this.#delivery = new Delivery(this.outbox, {
      send: (frame) => this.#sendAsked(frame),
      onRefused: ({ frame, refusal }) => person.refused(frame, refusal?.code ?? 'internal'),
      onDelayed: () => ledger.note('a message was put off'),
    })
    this.#replies = new Replies({
      askFor: (request_id, epoch, seq) => this.#socket.send({ type: 'chat.resume', request_id, epoch, seq }),
      onChange: (reply) => this.#read(reply),
      onEnd: (reply) => this.#end(reply),
      onLost: (requestId) => void this.#settle(requestId),
      onQuiet: () => undefined,
    })
    this.#socket = new ChatSocket(url, this.id, {
      resume: () => this.#replies.resume(),
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => this.#onState(state === 'here'),
      onRefused: (closeCode) => this.#onRefused(closeCode),
    })
    this.#look = setInterval(() => this.#isHere && this.#replies.look(), 2_000)
    this.#socket.connect()
    void this.#openPage()
  }

  /** @returns false where the outbox is full. */
  ask(frame: ChatSendFrame): boolean {
    if (!this.outbox.add(frame)) return false
    this.#watch(frame.request_id)
    this.#delivery.pump()
    return true
  }

  /** @returns false where this page does not show it running. */
  stop(requestId: string): boolean {
    if (this.outbox.find(requestId) || !this.#replies.has(requestId)) return false
    this.#ledger.stop(requestId)
    this.#stopped.add(requestId)
    this.#sendStops()
    return true
  }

  /** Brings a reply to the page that is not on it, and follows it to its end. */
  show(requestId: string): void {
    this.#watch(requestId)
    this.#replies.accept(requestId, true)
    void this.#settle(requestId)
  }

  /** As when the network is back, or the page is seen again. */
  wake(): void {
    this.#socket.wake()
  }

  /** Reads nothing for a while. */
  async rest(forMs: number): Promise<void> {
    const connection = this.#connection
    if (connection?.readyState !== connection?.OPEN) return
    connection?.pause()
    await new Promise((resolve) => setTimeout(resolve, forMs))
    connection?.resume()
  }

  /** The network drops it without a word. */
  drop(): void {
    this.#connection?.terminate()
  }

  /** The page is gone; what it had not sent yet stays in the storage. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#look)
    this.#socket.stop()
    this.#connection?.terminate()
    this.#forgetRoute()
  }

  /** What is not as it should be in the end. */
  get unsettled(): string[] {
    return [...this.watched.values()].filter(({ settled }) => !settled).map(({ requestId }) => requestId)
  }

  #route() {
    const door = this.#person.door()
    this.hub = door.hub
    return {
      ...door,
      onSocket: (socket: WebSocket) => {
        this.#connection = socket
      },
    }
  }

  #sendAsked(frame: ChatSendFrame): boolean {
    const isSent = this.#socket.send(frame)
    if (isSent) this.#person.onSent(this)
    return isSent
  }

  #onWelcome({ user }: Welcome): void {
    this.#isHere = true
    this.#person.userId = user.id
    this.#replies.resumeRest()
    this.#sendStops()
    this.outbox.adopt((tab) => !this.#person.hasTab(tab))
    for (const { frame } of this.outbox.of(this.#person.conversationId)) this.#watch(frame.request_id)
    this.#delivery.restart()
    void this.#openPage()
  }

  #onFrame(frame: HubFrame): void {
    if (frame.type === 'chat.entry') this.#replies.read(frame)
    else if (frame.type === 'chat.accepted') this.#onAccepted(frame)
    else if (frame.type === 'chat.resumed') {
      this.#ledger.note(`resumed: ${frame.outcome}`)
      this.#replies.resumed(frame)
    } else if (frame.type === 'chat.changed') this.#onChanged(frame)
    else if (frame.type === 'error') {
      if (frame.request_id !== undefined) this.#replies.refused(frame.request_id)
      this.#delivery.fail(frame)
    }
  }

  #onAccepted({ request_id, state }: ChatAccepted): void {
    this.#delivery.accept(request_id)
    this.#person.accepted(request_id)
    this.#replies.accept(request_id, state === 'published')
    if (!isRunning(state)) void this.#settle(request_id)
    this.#sendStops()
  }

  #onChanged({ kind, request_id }: ChatChanged): void {
    if (request_id === undefined) return
    if (!this.watched.has(request_id)) void this.#openPage()
    else if (kind === 'stored') void this.#settle(request_id)
  }

  #onState(isHere: boolean): void {
    this.#isHere = isHere
    if (isHere) return
    this.#replies.disconnected()
    this.#delivery.restart()
  }

  #onRefused(closeCode: number): boolean {
    this.#ledger.violate(`a page was sent away for good with ${closeCode}`)
    return false
  }

  #sendStops(): void {
    for (const request_id of this.#stopped) {
      if (!this.#replies.has(request_id)) this.#stopped.delete(request_id)
      else if (!this.outbox.find(request_id)) this.#socket.send({ type: 'chat.cancel', request_id })
    }
  }

  #watch(requestId: string): Watched {
    const present = this.watched.get(requestId)
    if (present !== undefined) return present
    const watched = { requestId, read: undefined, settled: undefined, fetching: false }
    this.watched.set(requestId, watched)
    this.#replies.follow(requestId)
    return watched
  }

  #read({ requestId, reader }: RunningReply): void {
    this.#ledger.checkText(requestId, reader.text, 'a page')
  }

  #end({ requestId, reader, epoch }: RunningReply): void {
    this.#ledger.checkText(requestId, reader.text, 'a page')
    const watched = this.watched.get(requestId)
    if (watched === undefined) return
    if (watched.read !== undefined) this.#ledger.violate(`a page read a second end of ${requestId}`)
    watched.read = { text: reader.text, epoch }
    setTimeout(() => void this.#settle(requestId), storedMs)
  }

  /** What the server shows: replies that run are followed from their beginning. */
  async #openPage(): Promise<void> {
    const path = `/fragments/c/${this.#person.conversationId}/thread`
    const shown = await fetchReplies(this.#person.door(), path)
    if (!Array.isArray(shown) || this.#isClosed) return
    for (const { requestId, state } of shown) {
      const known = this.watched.get(requestId)
      if (!isRunning(state) || known?.read !== undefined) continue
      if (this.#replies.has(requestId) || this.outbox.find(requestId)) continue
      if (known?.settled) this.#ledger.violate(`${requestId} runs again after its end`)
      this.#watch(requestId)
      this.#replies.follow(requestId)
      this.#replies.accept(requestId, true)
    }
  }

  /** Asks for the server's rendering until the reply has ended there. */
  async #settle(requestId: string): Promise<void> {
    const watched = this.watched.get(requestId)
    if (watched === undefined || watched.fetching || watched.settled) return
    watched.fetching = true
    const path = `/fragments/c/${this.#person.conversationId}/messages/${requestId}`
    for (let tries = 0; !this.#isClosed && watched.settled === undefined; tries += 1) {
      const [shown] = [await fetchReplies(this.#person.door(), path)].flat()
      if (shown === 'gone') return this.#ledger.violate(`the server does not know ${requestId} any more`)
      if (shown !== undefined && !isRunning(shown.state)) watched.settled = shown
      else await new Promise((resolve) => setTimeout(resolve, 100 + Math.min(2_000, backoffMs(tries))))
    }
    watched.fetching = false
    if (watched.settled === undefined) return
    this.#replies.forget(requestId)
    this.#person.settled(requestId)
  }
}
