/** Sound that is played or will be. */
export interface Playing {
  /** How much of it has been heard, from 0 to 1. */
  readonly share: number
}

/** Plays sounds one after the other, without a gap where the next one is there in time. */
export interface Player<Sound> {
  /** @throws where the bytes are no sound that this browser knows. */
  decode(bytes: Uint8Array): Promise<Sound>
  /** After all that is to be played already. */
  play(sound: Sound, onEnd: () => void): Playing
  /** While the person speaks it is quieter. */
  duck(isDucked: boolean): void
  /** Everything stays where it is, until `resume`. */
  pause(): void
  resume(): void
  /** At once; nothing that was to be played is. */
  stop(): void
  close(): void
}

/** How loud it is while the person speaks, and how fast it becomes so, in seconds. */
const duckedGain = 0.2
const duckS = 0.03
/** So far ahead of now a sound begins, in seconds: one that begins in the past loses its first moment. */
const leadS = 0.03

/**
 * @param context of its own, made in the tap that began the call: where it stands still, so does all that is to be
 * played, and goes on from there.
 */
export function openPlayer(context: AudioContext): Player<AudioBuffer> {
  const gain = context.createGain()
  gain.connect(context.destination)
  const sources = new Set<AudioBufferSourceNode>()
  let freeAtS = 0
  const play = (sound: AudioBuffer, onEnd: () => void): Playing => {
    const source = context.createBufferSource()
    const beginS = Math.max(context.currentTime + leadS, freeAtS)
    freeAtS = beginS + sound.duration
    source.buffer = sound
    source.connect(gain)
    source.onended = () => {
      sources.delete(source)
      onEnd()
    }
    source.start(beginS)
    sources.add(source)
    return {
      get share() {
        // Not every browser says how far its loudspeaker is behind.
        const heardS = context.currentTime - (context.outputLatency || 0)
        return Math.max(0, Math.min(1, (heardS - beginS) / sound.duration))
      },
    }
  }
  return {
    // The browser takes the bytes away, so it gets its own.
    decode: (bytes) => context.decodeAudioData(new Uint8Array(bytes).buffer),
    play,
    duck: (isDucked) => gain.gain.setTargetAtTime(isDucked ? duckedGain : 1, context.currentTime, duckS),
    pause: () => void context.suspend(),
    resume: () => void context.resume(),
    stop: () => {
      for (const source of sources) {
        source.onended = null
        source.stop()
        source.disconnect()
      }
      sources.clear()
      freeAtS = 0
    },
    close: () => void context.close(),
  }
}
