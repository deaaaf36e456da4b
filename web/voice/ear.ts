import type { MicrophoneListener, OpenMicrophone } from './microphone.ts'

/** @throws MicrophoneProblem where there is no microphone. */
export type AskForMicrophone = (listener: MicrophoneListener) => Promise<OpenMicrophone>

/**
 * A call's microphone. However often it is wanted while the browser asks the person, it is opened once: nobody would
 * close another.
 */
export class Ear {
  readonly #ask: AskForMicrophone
  readonly #listener: MicrophoneListener
  #microphone: OpenMicrophone | undefined
  #opening: Promise<void> | undefined
  #isMuted = false
  #isClosed = false

  constructor(ask: AskForMicrophone, listener: MicrophoneListener) {
    this.#ask = ask
    this.#listener = listener
  }

  get isMuted(): boolean {
    return this.#isMuted
  }

  set isMuted(isMuted: boolean) {
    this.#isMuted = isMuted
    this.#microphone?.setMuted(isMuted)
  }

  /** @throws MicrophoneProblem where there is none. */
  async open(): Promise<void> {
    if (this.#microphone) return
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    await this.#opening
  }

  /** It may be opened again. */
  letGo(): void {
    this.#microphone?.close()
    this.#microphone = undefined
  }

  /** For good, also of one that the person has yet to allow. */
  close(): void {
    this.#isClosed = true
    this.letGo()
  }

  async #open(): Promise<void> {
    const microphone = await this.#ask({
      onFrame: (frame) => this.#isMuted || this.#listener.onFrame(frame),
      onLost: () => {
        this.letGo()
        this.#listener.onLost()
      },
    })
    microphone.setMuted(this.#isMuted)
    if (this.#isClosed) microphone.close()
    else this.#microphone = microphone
  }
}
