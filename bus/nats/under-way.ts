import type { Subscription, WorkLoop } from './bus.ts'
import type { Responder } from './request.ts'

/** What a bus does for others: it ends before the connection does. */
export class UnderWay {
  readonly #loops = new Set<WorkLoop>()
  readonly #responders = new Set<Responder>()

  addLoop(loop: WorkLoop): WorkLoop {
    this.#loops.add(loop)
    return {
      get running() {
        return loop.running
      },
      drain: () => loop.drain().finally(() => this.#loops.delete(loop)),
    }
  }

  addResponder(responder: Responder): Subscription {
    this.#responders.add(responder)
    return {
      active: responder.active,
      unsubscribe: () => {
        responder.unsubscribe()
        void responder.settled().then(() => this.#responders.delete(responder))
      },
    }
  }

  /** Takes nothing new. @returns what resolves when the rest has ended. */
  end(): Promise<void>[] {
    for (const responder of this.#responders) responder.unsubscribe()
    return [
      ...[...this.#loops].map((loop) => loop.drain()),
      ...[...this.#responders].map((responder) => responder.settled()),
    ]
  }
}
