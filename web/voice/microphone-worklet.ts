/**
 * Runs on the browser's audio thread, which only collects: 20 ms of the microphone's sound at the device's rate, mixed to
 * one channel, go to the page as one message. It imports nothing, since the import map does not reach this far.
 */
declare const sampleRate: number
declare const registerProcessor: (name: string, processor: new () => AudioWorkletProcessor) => void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

class Microphone extends AudioWorkletProcessor {
  #piece = newPiece()
  #filled = 0

  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    for (let at = 0; at < (channels[0]?.length ?? 0); at += 1) {
      let sum = 0
      for (const channel of channels) sum += channel[at] ?? 0
      this.#piece[this.#filled] = sum / channels.length
      this.#filled += 1
      if (this.#filled === this.#piece.length) this.#hand()
    }
    return true
  }

  #hand(): void {
    this.port.postMessage(this.#piece, [this.#piece.buffer])
    this.#piece = newPiece()
    this.#filled = 0
  }
}

function newPiece(): Float32Array<ArrayBuffer> {
  return new Float32Array(Math.round(sampleRate / 50))
}

registerProcessor('microphone', Microphone)
