import type { BrowserContext, Page } from 'playwright-core'
import type { Sound } from '../backends/wav.ts'

declare global {
  interface Window {
    /** Sound for the microphone; resolves when it has been heard. */
    speakInto?: (base64: string, sampleRateHz: number) => Promise<void>
  }
}

/**
 * Gives the pages of a context a microphone that is silent until `speakInto`. What Chromium's own does with sound is seen
 * in `web/voice/microphone.test.ts`; here it matters what is said when.
 */
export const giveMicrophone = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    // A tab begins with an empty page, which is no place for a microphone.
    if (!isSecureContext) return
    navigator.mediaDevices.getUserMedia = async () => {
      const audio = new AudioContext()
      const room = audio.createMediaStreamDestination()
      // A stream into which nothing plays is no silence but nothing at all.
      const silence = audio.createConstantSource()
      silence.offset.value = 0
      silence.connect(room)
      silence.start()
      window.speakInto = (base64, sampleRateHz) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        const samples = new Int16Array(bytes.buffer)
        const buffer = audio.createBuffer(1, samples.length, sampleRateHz)
        buffer.copyToChannel(
          Float32Array.from(samples, (sample) => sample / 32_768),
          0,
        )
        const voice = audio.createBufferSource()
        voice.buffer = buffer
        voice.connect(room)
        voice.start()
        return new Promise((resolve) => {
          voice.onended = () => resolve()
        })
      }
      return room.stream
    }
  })

/** Says something into the page's microphone; resolves when it was said. */
export const speakInto = (page: Page, { samples, sampleRateHz }: Sound): Promise<void> =>
  page.evaluate(
    async ([base64, rate]) => {
      if (window.speakInto === undefined) throw new Error('Nobody asked for a microphone yet')
      await window.speakInto(base64, rate)
    },
    [
      Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64'),
      sampleRateHz,
    ] as const,
  )
