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
import { ChatSocket } from '../../web/chat/socket.ts'
import type { Ledger } from '../check/ledger.ts'
import { addRoute } from './house-socket.ts'
import { isRunning } from './page.ts'
import type { Person } from './person.ts'
import { Thread } from './thread.ts'

/**
 * One page of a person, without its looks: the product's own socket, outbox and reader, put together as the page puts
 * them together.
 */
export class Tab {
  readonly id = uuidv7()
  readonly outbox: Outbox
  readonly thread: Thread
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
  #isHere = false

  constructor(person: Person, ledger: Ledger) {
    this.#person = person
    this.#ledger = ledger
    const url = `ws://house/${this.id}`
    this.#forgetRoute = addRoute(url, () => this.#route())
    this.outbox = new Outbox(person.storage, person.cookie, this.id)
    this.thread = new Thread(person.conversationId, () => person.door(), ledger, {
      isKnown: (requestId) => this.#replies.has(requestId) || this.outbox.find(requestId) !== undefined,
      onRunning: (requestId) => this.#follow(requestId),
      onSettled: (requestId) => {
        this.#replies.forget(requestId)
        person.settled(requestId)
      },
    })
    this.#delivery = new Delivery(this.outbox, {
      send: (frame) => this.#sendAsked(frame),
      onRefused: ({ frame, refusal }) => person.refused(frame, refusal?.code ?? 'internal'),
      onDelayed: () => ledger.note('a message was put off'),
    })
    this.#replies = new Replies({
      askFor: (request_id, epoch, seq) => this.#socket.send({ type: 'chat.resume', request_id, epoch, seq }),
      onChange: (reply) => this.thread.grow(reply),
      onEnd: (reply) => this.thread.end(reply),
      onLost: (requestId) => void this.thread.settle(requestId),
      onQuiet: () => undefined,
    })
    this.#socket = new ChatSocket(url, this.id, {
      resume: () => this.#replies.resume(),
      isWaiting: () => this.#replies.isWaiting,
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => {
        this.#isHere = state === 'here'
      },
      onGone: () => {
        this.#replies.disconnected()
        this.#delivery.restart()
      },
      onRefused: (closeCode) => this.#onRefused(closeCode),
    })
    this.#look = setInterval(() => this.#isHere && this.#replies.look(), 2_000)
    this.#socket.connect()
    void this.thread.refresh()
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
    this.#follow(requestId)
    void this.thread.settle(requestId)
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
    this.thread.close()
    clearInterval(this.#look)
    this.#socket.stop()
    this.#connection?.terminate()
    this.#forgetRoute()
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
    void this.thread.refresh()
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
    if (!isRunning(state)) void this.thread.settle(request_id)
    this.#sendStops()
  }

  #onChanged({ kind, request_id }: ChatChanged): void {
    if (request_id === undefined) return
    if (!this.thread.watched.has(request_id)) void this.thread.refresh()
    else if (kind === 'stored') void this.thread.settle(request_id)
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

  #watch(requestId: string): void {
    if (this.thread.watched.has(requestId)) return
    this.thread.watch(requestId)
    this.#replies.follow(requestId)
  }

  /** From its beginning. */
  #follow(requestId: string): void {
    this.thread.watch(requestId)
    this.#replies.follow(requestId)
    this.#replies.accept(requestId, true)
  }
}
