import { voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { Resampler, toPcm16 } from './resampler.ts'

/** Samples of a frame: 20 ms. */
export const frameLength = voiceSampleRateHz / 50

export interface MicrophoneListener {
  /** 20 ms of what the microphone hears: 16 bits, one channel, `voiceSampleRateHz`. */
  onFrame(frame: Int16Array<ArrayBuffer>): void
  /** The device is gone, or was taken away from this page. */
  onLost(): void
}

/** Why there is no microphone, in words for people. */
export class MicrophoneProblem extends Error {}

/** A microphone that is listened to until it is closed. */
export interface OpenMicrophone {
  /** Nothing is heard while it is; the browser shows that too. */
  setMuted(isMuted: boolean): void
  close(): void
}

/**
 * Opens the person's microphone, with the browser's own echo cancellation, noise suppression and gain.
 *
 * @param context was made in the tap that began the call.
 * @throws MicrophoneProblem where it is not there or may not be used.
 */
export async function openMicrophone(
  context: AudioContext,
  listener: MicrophoneListener,
): Promise<OpenMicrophone> {
  const stream = await askForStream()
  try {
    // Found by way of the import map, which the browser does not ask by itself for a worklet.
    await context.audioWorklet.addModule(import.meta.resolve('./microphone-worklet.js'))
    await context.resume()
    return listen(context, stream, listener)
  } catch (error) {
    stopAll(stream)
    throw new MicrophoneProblem('The sound of the microphone could not be opened. Please call again.', {
      cause: error,
    })
  }
}

async function askForStream(): Promise<MediaStream> {
  // Browsers hide it from pages that came over plain http from another machine.
  if (!navigator.mediaDevices)
    throw new MicrophoneProblem(
      'A browser hands out a microphone over https alone. Open this house at its https address to call.',
    )
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio })
  } catch (error) {
    throw new MicrophoneProblem(wordsFor(error), { cause: error })
  }
}

function wordsFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError')
    return 'This page may not use the microphone. Allow it in the browser’s settings for this page, then call again.'
  if (name === 'NotFoundError') return 'No microphone was found. Connect one, then call again.'
  return 'The microphone could not be opened; another program may hold it. Close that, then call again.'
}

function listen(context: AudioContext, stream: MediaStream, listener: MicrophoneListener): OpenMicrophone {
  const source = context.createMediaStreamSource(stream)
  const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 })
  const resampler = new Resampler(context.sampleRate, voiceSampleRateHz)
  const framed = inFrames((frame) => listener.onFrame(frame))
  node.port.onmessage = ({ data }) => framed(toPcm16(resampler.push(data)))
  source.connect(node)
  const [track] = stream.getAudioTracks()
  if (track) track.onended = () => listener.onLost()
  return {
    setMuted: (isMuted) => {
      if (track) track.enabled = !isMuted
    },
    close: () => {
      if (track) track.onended = null
      node.port.onmessage = null
      source.disconnect()
      stopAll(stream)
    },
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** @returns takes pieces of any length, and hands them on as frames. */
export function inFrames(onFrame: (frame: Int16Array<ArrayBuffer>) => void): (piece: Int16Array) => void {
  let frame = new Int16Array(frameLength)
  let filled = 0
  return (piece) => {
    for (const sample of piece) {
      frame[filled] = sample
      filled += 1
      if (filled < frameLength) continue
      onFrame(frame)
      frame = new Int16Array(frameLength)
      filled = 0
    }
  }
}
