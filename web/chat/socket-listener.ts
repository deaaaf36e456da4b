import type { Hello, HubFrame, Welcome } from '../../bus/contract/frames.ts'

/**
 * `returning`: between two connections. `offline`: this browser has no network. `away`: the server has not answered for
 * so long that one should know. `ended`: it does not come back by itself.
 */
export type ConnectionState = 'here' | 'returning' | 'offline' | 'away' | 'ended'

export interface SocketListener {
  /** Where this browser stands in the replies it shows; asked at each connection. */
  resume(): Hello['resume']
  /** Whether something is due from the hub, so that its silence is worth a question. */
  isWaiting(): boolean
  onWelcome(welcome: Welcome): void
  onFrame(frame: HubFrame): void
  /** Told again and again, also where nothing changed. */
  onState(state: ConnectionState): void
  /** The connection is no more: nothing that was asked on it will be answered. */
  onGone(): void
  /** The hub does not want this browser back as it is. @returns whether the cause is gone and one may come back. */
  onRefused(closeCode: number): boolean
}
