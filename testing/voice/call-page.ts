import type { TestContext } from 'node:test'
import type { ClientFrame, HubFrame } from '../../bus/contract/frames.ts'
import { voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { Call } from '../../web/voice/call.ts'
import { inFrames, type MicrophoneListener, MicrophoneProblem } from '../../web/voice/microphone.ts'
import { toPcm16 } from '../../web/voice/resampler.ts'
import type { Answer } from '../../web/voice/turn-taking.ts'
import { welcomeFrame } from '../browser/stand-in-socket.ts'
import { spokenSound } from './spoken-sound.ts'
import { standInPlayer } from './stand-in-voice.ts'

/** A page in a call. Its time, its microphone, its hub and what is answered are the test's. */
export function openCall(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  t.mock.method(Math, 'random', () => 1)
  const sent: ClientFrame[] = []
  const said: string[] = []
  const interrupted: [requestId: string, heardOffset: number][] = []
  const answers = new Map<string, Answer>()
  const ends: (string | undefined)[] = []
  const hub = { isHere: true, problem: '' }
  /** What was done to microphones. */
  const microphones: string[] = []
  let microphone: MicrophoneListener | undefined
  let room: ReturnType<typeof inFrames> | undefined
  const stand = standInPlayer()
  const call = new Call<string>({
    player: stand.player,
    send: (frame) => {
      if (hub.isHere) sent.push(frame)
      return hub.isHere
    },
    openMicrophone: async (listener) => {
      if (hub.problem) throw new MicrophoneProblem(hub.problem)
      microphone = listener
      room = inFrames((frame) => listener.onFrame(frame))
      microphones.push('open')
      return {
        setMuted: (isMuted) => microphones.push(isMuted ? 'muted' : 'heard'),
        close: () => microphones.push('closed'),
      }
    },
    say: (words) => {
      said.push(words)
      const requestId = `request ${said.length}`
      answers.set(requestId, { text: '', isWhole: false, isStopped: false })
      return { requestId }
    },
    answerTo: (requestId) => answers.get(requestId),
    interrupt: (requestId, heardOffset) => interrupted.push([requestId, heardOffset]),
    onChange: () => {},
    onEnd: (why) => ends.push(why),
  })
  t.after(() => call.end())
  /** In steps, since a timer that another one sets counts from the end of the step. */
  const tick = (ms: number) => {
    for (let left = ms; left > 0; left -= 20) {
      nowMs += Math.min(20, left)
      t.mock.timers.tick(Math.min(20, left))
    }
  }
  const hear = (frame: HubFrame) => call.hear(frame)
  const state = (one: 'open' | 'ended') => hear({ type: 'call.state', call_id: call.id, state: one })
  /** The microphone hears a room, and a voice in it for the first `voiceS` seconds. */
  const listen = (lengthS: number, voiceS = 0) => {
    const sound = toPcm16(spokenSound(voiceSampleRateHz, lengthS, [[0, voiceS]]))
    for (let at = 0; at < sound.length; at += 320) {
      room?.(sound.subarray(at, at + 320))
      tick(20)
    }
  }
  const asked = (type: 'call.transcribe' | 'call.say') => sent.filter((frame) => frame.type === type)
  /** The hub answers the newest question for words. */
  const write = (text: string) => {
    const question = asked('call.transcribe').at(-1)
    if (question?.type === 'call.transcribe')
      hear({ type: 'call.transcript', call_id: call.id, question: question.question, text })
  }
  /** The hub answers every question for sound so far, also twice. */
  const speak = async () => {
    for (const frame of asked('call.say'))
      if (frame.type === 'call.say') {
        const audio = new TextEncoder().encode(frame.text)
        hear({ type: 'call.speech', call_id: call.id, question: frame.question, audio })
      }
    await Promise.resolve()
    await Promise.resolve()
  }
  /** The newest message is answered so far, or whole. */
  const answer = (text: string, isWhole = true) => {
    answers.set(`request ${said.length}`, { text, isWhole, isStopped: false })
    tick(250)
  }
  const open = async () => {
    await call.start()
    state('open')
    listen(1)
  }
  const lose = () => microphone?.onLost()
  const welcome = () => hear(welcomeFrame())
  return {
    ...{ call, hub, sent, said, interrupted, answers, ends, microphones },
    ...{ playing: stand.playing, did: stand.did },
    ...{ tick, hear, state, listen, asked, write, speak, answer, open, lose, welcome },
  }
}
