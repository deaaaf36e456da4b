import type {
  ChatAccepted,
  ChatChanged,
  ChatSendFrame,
  ClientFrame,
  HubFrame,
  Welcome,
} from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Asked } from '../../web/chat/delivery.ts'
import { Replies } from '../../web/chat/replies.ts'
import type { Requests } from '../../web/chat/requests.ts'
import { lookForSilence } from '../../web/chat/silence.ts'
import { ChatSocket } from '../../web/chat/socket.ts'
import type { Ledger } from '../check/ledger.ts'
import type { Rescues } from '../check/rescues.ts'
import { withModel } from './browser-parts.ts'
import { Line } from './line.ts'
import { isRunning } from './page.ts'
import { pageRequests } from './page-requests.ts'
import type { Person } from './person.ts'
import { Thread } from './thread.ts'

/** How often a page looks at silence, in milliseconds; coarser than the product's own, for there are many here. */
const lookMs = 1_000

/**
 * One page of a person, without its looks: the product's own socket, requests, outbox and reader, put together as the
 * page puts them together.
 */
export class Tab {
  readonly id = uuidv7()
  readonly thread: Thread
  readonly line: Line
  readonly #person: Person
  readonly #ledger: Ledger
  readonly #rescues: Rescues
  readonly #socket: ChatSocket
  readonly #replies: Replies
  readonly #requests: Requests
  readonly #look: NodeJS.Timeout
  #isHere = false
  /** Silence is looked at in this very turn. */
  #isLooking = false
  #asked: ChatSendFrame | undefined

  constructor(person: Person, ledger: Ledger, rescues: Rescues) {
    this.#person = person
    this.#ledger = ledger
    this.#rescues = rescues
    this.line = new Line(this.id, () => person.door())
    this.thread = this.#makeThread()
    this.#replies = this.#makeReplies()
    this.#socket = this.#makeSocket()
    this.#requests = pageRequests({
      person,
      tab: this.id,
      thread: this.thread,
      replies: this.#replies,
      ledger,
      onAsked: (frame) => {
        this.#asked = frame
      },
      send: (frame) => this.#send(frame),
    })
    this.#look = setInterval(() => this.#isHere && this.#lookAtSilence(), lookMs)
    this.#socket.connect()
    void this.thread.refresh()
  }

  get outbox(): Requests['outbox'] {
    return this.#requests.outbox
  }

  /** @returns what went into the outbox; undefined where it is full. */
  ask(asked: Asked, model: string): ChatSendFrame | undefined {
    this.#asked = undefined
    withModel(model, () => this.#requests.ask(asked))
    return this.#asked
  }

  /** Presses the button, which stops what runs first on this page. @returns false where that is another. */
  stop(requestId: string): boolean {
    if (this.thread.running()[0] !== requestId || this.outbox.find(requestId)) return false
    this.#ledger.stop(requestId)
    this.#requests.stop()
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

  /** The page is gone; what it had not sent yet stays in the storage. */
  close(): void {
    this.thread.close()
    clearInterval(this.#look)
    this.#socket.stop()
    this.line.close()
  }

  #makeThread(): Thread {
    const person = this.#person
    return new Thread(person.conversationId, () => person.door(), this.#ledger, {
      isKnown: (requestId) => this.#replies.has(requestId) || this.outbox.find(requestId) !== undefined,
      onRunning: (requestId) => this.#follow(requestId),
      onSettled: (requestId) => {
        this.#replies.forget(requestId)
        this.#requests.ended(requestId)
        person.settled(requestId)
      },
    })
  }

  #makeReplies(): Replies {
    return new Replies({
      askFor: (request_id, epoch, seq) => {
        if (this.#isLooking) void this.#rescues.asked(request_id, epoch, seq)
        return this.#socket.send({ type: 'chat.resume', request_id, epoch, seq })
      },
      onChange: (reply) => this.thread.grow(reply),
      onEnd: (reply) => this.thread.end(reply),
      onLost: (requestId) => void this.thread.settle(requestId),
    })
  }

  #makeSocket(): ChatSocket {
    return new ChatSocket(this.line.url, this.id, {
      resume: () => this.#replies.resume(),
      isWaiting: () => this.#replies.isWaiting,
      onWelcome: (welcome) => this.#onWelcome(welcome),
      onFrame: (frame) => this.#onFrame(frame),
      onState: (state) => {
        this.#isHere = state === 'here'
      },
      onGone: () => {
        this.#replies.disconnected()
        this.#requests.restart()
      },
      onRefused: (closeCode) => {
        this.#ledger.violate(`a page was sent away for good with ${closeCode}`)
        return false
      },
    })
  }

  #lookAtSilence(): void {
    this.#isLooking = true
    lookForSilence(this.#replies, () => undefined)
    this.#isLooking = false
  }

  #send(frame: ClientFrame): boolean {
    const isSent = this.#socket.send(frame)
    if (isSent && frame.type === 'chat.send') this.#person.onSent(this)
    if (isSent && frame.type === 'chat.cancel') this.#ledger.stopSent(frame.request_id)
    return isSent
  }

  #onWelcome({ user }: Welcome): void {
    this.#isHere = true
    this.#person.userId = user.id
    this.#replies.resumeRest()
    this.#requests.restart()
    this.#requests.adopt((tab) => !this.#person.hasTab(tab))
    void this.thread.refresh()
  }

  #onFrame(frame: HubFrame): void {
    if (frame.type === 'chat.entry') this.#replies.read(frame)
    else if (frame.type === 'chat.ahead') this.#replies.readAhead(frame)
    else if (frame.type === 'chat.accepted') this.#onAccepted(frame)
    else if (frame.type === 'chat.resumed') {
      this.#ledger.note(`resumed: ${frame.outcome}`)
      this.#replies.resumed(frame)
    } else if (frame.type === 'chat.changed') this.#onChanged(frame)
    else if (frame.type === 'error') {
      if (frame.request_id !== undefined) this.#replies.refused(frame.request_id)
      this.#requests.fail(frame)
    }
  }

  #onAccepted(accepted: ChatAccepted): void {
    const { request_id, state } = accepted
    this.#requests.accept(accepted)
    this.#person.accepted(request_id)
    this.#replies.accept(request_id, state === 'published')
    if (!isRunning(state)) void this.thread.settle(request_id)
    this.#requests.sendStops()
  }

  #onChanged({ kind, request_id }: ChatChanged): void {
    if (request_id === undefined) return
    if (kind === 'stored') this.#requests.ended(request_id)
    if (!this.thread.watched.has(request_id)) void this.thread.refresh()
    else if (kind === 'stored') void this.thread.settle(request_id)
  }

  /** From its beginning. */
  #follow(requestId: string): void {
    this.thread.watch(requestId)
    this.#replies.follow(requestId)
    this.#replies.accept(requestId, true)
  }
}
