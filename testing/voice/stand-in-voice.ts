import type { TestContext } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Player } from '../../web/voice/player.ts'
import { Questions } from '../../web/voice/questions.ts'

interface Sound {
  readonly text: string
  share: number
  readonly onEnd: () => void
}

/** A call's questions, and a player whose time is the test's: a sound is the text that it says. */
export function openVoice(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const callId = uuidv7()
  const asked: { question: number; text: string }[] = []
  const questions = new Questions(callId, (frame) => {
    if (frame.type === 'call.say') asked.push(frame)
    return true
  })
  const { player, playing, all, did } = standInPlayer()
  const numberOf = (text: string) => asked.findLast((one) => one.text === text)?.question ?? -1
  const answer = async (text: string) => {
    const audio = new TextEncoder().encode(text)
    questions.answered({ type: 'call.speech', call_id: callId, question: numberOf(text), audio })
    // Decoding is a promise.
    await Promise.resolve()
    await Promise.resolve()
  }
  const fail = (text: string) =>
    questions.failed({
      question: numberOf(text),
      code: 'frame_invalid',
      detail: 'Nobody speaks',
      retryable: false,
    })
  return {
    questions,
    player,
    did,
    answer,
    fail,
    asked: () => asked.map(({ text }) => text),
    playing: () => playing.map(({ text }) => text),
    /** The first sound that plays has played to its end. */
    end: () => {
      const first = playing.shift()
      if (first === undefined) return
      first.share = 1
      first.onEnd()
    },
    /** So much of the sound of that number was heard. */
    share: (number: number, heard: number) => {
      const sound = all[number]
      if (sound) sound.share = heard
    },
  }
}

/** What plays, and all that ever did; `did` is what was done to the player. */
export function standInPlayer() {
  const playing: Sound[] = []
  const all: Sound[] = []
  const did: string[] = []
  const player: Player<string> = {
    decode: async (bytes) => new TextDecoder().decode(bytes),
    play: (text, onEnd) => {
      const sound = { text, share: 0, onEnd }
      playing.push(sound)
      all.push(sound)
      return sound
    },
    duck: (isDucked) => did.push(isDucked ? 'duck' : 'loud'),
    pause: () => did.push('pause'),
    resume: () => did.push('resume'),
    stop: () => {
      playing.length = 0
      did.push('stop')
    },
    close: () => did.push('close'),
  }
  return { player, playing, all, did }
}
