import type { ClientFrame, HubFrame, Welcome } from '../../bus/contract/frames.ts'
import { backoffMs, protocolVersion, shouldReconnect, subprotocol } from '../../bus/contract/protocol.ts'
import { encode, frameIn } from './messagepack.ts'
import type { SocketListener } from './socket-listener.ts'

/** From the start of a connection to its welcome, in milliseconds. */
const welcomeMs = 10_000
/** From a ping to anything heard, in milliseconds: until that is shown, and until the connection is given up. */
const doubtMs = 1_500
const answerMs = 8_000
/** The same doubt while the browser says that it has no network, which need not matter to a hub on this machine. */
const offlineDoubtMs = 300
/** Silence after which a hub is asked that owes something, or to whom somebody may be about to speak; in ms. */
const owedMs = 2_000
const idleMs = 5_000
/** How often silence is looked at, in milliseconds. */
const watchMs = 500
/** A connection that held for longer has not failed, in milliseconds. */
const heldMs = 3_000
/** Failed connections in a row after which the server is called away. */
const failuresUntilAway = 3
/** Unreadable frames, with no calm between them, after which this page is taken to be older than the server. */
const mostUnread = 3

/**
 * The one socket of a page (PROTOCOL section 6): comes back by itself, with backoff or when the hub said; notices a
 * peer that went silent; stays away when the close code says so.
 */
export class ChatSocket {
  readonly #url: string
  readonly #clientId: string
  readonly #listener: SocketListener
  #socket: WebSocket | undefined
  #welcomed = false
  #failures = 0
  #welcomedAtMs = 0
  #heardAtMs = 0
  /** When the hub was asked whether it is there; 0 while it need not be. */
  #askedAtMs = 0
  /** As the hub's welcome has it. */
  #heartbeatMs = Infinity
  #pings = 0
  #retryAfterMs: number | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #refused = false
  #unread = 0

  constructor(url: string, clientId: string, listener: SocketListener) {
    this.#url = url
    this.#clientId = clientId
    this.#listener = listener
  }

  /** Connects, unless connected or refused for good. Also: do not wait any longer. */
  connect(): void {
    if (this.#socket !== undefined || this.#refused) return
    clearTimeout(this.#retry)
    const socket = new WebSocket(this.#url, subprotocol)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => this.#sayHello()
    socket.onmessage = ({ data }) => this.#hear(socket, data)
    socket.onclose = ({ code }) => this.#lose(socket, code)
    this.#socket = socket
    this.#heardAtMs = Date.now()
    this.#askedAtMs = 0
    this.#watch = setInterval(() => this.#look(), watchMs)
  }

  /** Something changed outside (the page is seen again, the network is back): connect now, or ask whether it holds. */
  wake(): void {
    // One that was in doubt before is not waited for.
    if (this.#isDoubted) this.#drop()
    this.connect()
    this.#ask()
  }

  /** Somebody may be about to speak: asks whether the connection holds, unless the hub was heard lately. */
  touch(): void {
    if (this.#silentMs > idleMs) this.#ask()
  }

  /** Leaves, so that the page can rest in the back/forward cache; `wake` comes back. */
  rest(): void {
    clearTimeout(this.#retry)
    this.#drop()
    this.#listener.onState('returning')
  }

  /** Leaves for good. */
  stop(): void {
    this.#refused = true
    this.rest()
    this.#listener.onState('ended')
  }

  /** @returns whether it went out; what did not must be sent again after the next welcome. */
  send(frame: ClientFrame): boolean {
    if (!this.#welcomed) return false
    this.#write(frame)
    return true
  }

  #sayHello(): void {
    const resume = this.#listener.resume()
    this.#write({ type: 'hello', protocol: protocolVersion, client_id: this.#clientId, resume })
  }

  #write(frame: ClientFrame): void {
    this.#socket?.send(encode(frame))
  }

  #hear(socket: WebSocket, data: ArrayBuffer): void {
    if (this.#askedAtMs > 0) this.#listener.onState('here')
    this.#heardAtMs = Date.now()
    this.#askedAtMs = 0
    const frame = frameIn(data)
    // A connection that was quiet long enough for a ping is a calm one.
    if (frame?.type === 'pong') this.#unread = 0
    else if (frame === undefined) this.#lose(socket, ++this.#unread < mostUnread ? spoiltCode : olderPageCode)
    else this.#take(frame)
  }

  #take(frame: HubFrame): void {
    if (frame.type === 'notice') this.#retryAfterMs = frame.retry_after_ms ?? this.#retryAfterMs
    else if (frame.type === 'welcome') this.#welcome(frame)
    else this.#listener.onFrame(frame)
  }

  #welcome(welcome: Welcome): void {
    this.#welcomed = true
    this.#welcomedAtMs = Date.now()
    this.#retryAfterMs = undefined
    this.#heartbeatMs = welcome.heartbeat_ms
    this.#listener.onState('here')
    this.#listener.onWelcome(welcome)
  }

  #look(): void {
    const silentMs = this.#silentMs
    if (this.#welcomed && Math.abs(Date.now() - this.#welcomedAtMs) > heldMs) this.#failures = 0
    if (!this.#welcomed || this.#askedAtMs > 0) {
      if (silentMs > (this.#welcomed ? answerMs : welcomeMs)) this.#giveUp()
      else if (this.#isDoubted) this.#tellAway()
    } else if (silentMs > (this.#listener.isWaiting() ? owedMs : this.#heartbeatMs)) this.#ask()
  }

  /** The wall clock counts the hours a computer sleeps; set to another time it makes one ask, or come back, too early. */
  get #silentMs(): number {
    return Math.abs(Date.now() - (this.#askedAtMs || this.#heardAtMs))
  }

  get #isDoubted(): boolean {
    return this.#askedAtMs > 0 && this.#silentMs > (navigator.onLine ? doubtMs : offlineDoubtMs)
  }

  #ask(): void {
    if (!this.#welcomed || this.#askedAtMs > 0) return
    this.#askedAtMs = Date.now()
    this.#write({ type: 'ping', id: ++this.#pings })
  }

  #tellAway(): void {
    const isLong = this.#failures >= failuresUntilAway
    this.#listener.onState(navigator.onLine ? (isLong ? 'away' : 'returning') : 'offline')
  }

  /** A dead peer's close would be waited for; this one is not. */
  #giveUp(): void {
    this.#drop()
    this.#comeBack()
  }

  #drop(): void {
    const socket = this.#socket
    clearInterval(this.#watch)
    this.#socket = undefined
    this.#welcomed = false
    if (socket === undefined) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    this.#listener.onGone()
  }

  #lose(socket: WebSocket, closeCode: number): void {
    if (socket !== this.#socket) return
    this.#welcomed = false
    // Asked while the listener still knows what was on its way.
    const comesBack = shouldReconnect(closeCode) || this.#listener.onRefused(closeCode)
    this.#drop()
    if (comesBack) this.#comeBack()
    else {
      this.#refused = true
      this.#listener.onState('ended')
    }
  }

  #comeBack(): void {
    this.#tellAway()
    const afterMs = this.#retryAfterMs ?? backoffMs(this.#failures)
    this.#retryAfterMs = undefined
    this.#failures += 1
    this.#retry = setTimeout(() => this.connect(), afterMs)
  }
}

/** After what cannot be read one comes back, and is told all of it again; `protocol_unsupported` ends that. */
const spoiltCode = 1007
const olderPageCode = 4503
