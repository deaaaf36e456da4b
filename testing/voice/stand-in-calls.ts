import type { Page } from 'playwright-core'
import { decode, encode } from '../../bus/contract/codec.ts'
import type { ClientFrame, HubCallFrame, HubFrame } from '../../bus/contract/frames.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import { untilAlive } from '../house/talk.ts'
import { spokenSound, wavOf } from './spoken-sound.ts'

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }
const rateHz = 16_000

export interface StandInCalls {
  /** What the page sent of its calls, and its messages and stops. */
  readonly sent: ClientFrame[]
  /** What utterances turn out to be, by their number. */
  words: string[]
  /** What a call that does not replace others is refused with. */
  refusal: { readonly code: string; readonly detail: string } | undefined
  /** How long the sound of a piece is, in seconds. */
  soundS: number
  /** Ends the page's socket; the next one knows nothing of its calls. */
  drop(): void
}

/** Opens the page anew, as one that can call. Between it and its hub somebody answers for calls, and passes on the rest. */
export async function standInForCalls(page: Page): Promise<StandInCalls> {
  const calls: StandInCalls = { sent: [], words: [], refusal: undefined, soundS: 1, drop: () => {} }
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const hub = socket.connectToServer()
    const say = (frame: HubFrame) => socket.send(Buffer.from(encode(frame)))
    const held = new Map<number, number>()
    calls.drop = () => void socket.close({ code: 1012 })
    socket.onMessage((bytes) => {
      const frame = decode(Buffer.from(bytes), limits) as ClientFrame
      if (frame.type !== 'ping') calls.sent.push(frame)
      if (frame.type.startsWith('call.')) answer(calls, frame, held, say)
      else hub.send(bytes)
    })
  })
  await page.reload()
  await untilAlive(page)
  await offerCalls(page)
  return calls
}

/** As a house does that takes calls. */
export const offerCalls = (page: Page): Promise<void> =>
  page.locator('#chat').evaluate((chat) => chat.setAttribute('data-calls', 'true'))

/** @param held how many bytes of each utterance are here. */
function answer(
  calls: StandInCalls,
  frame: ClientFrame,
  held: Map<number, number>,
  say: (frame: HubFrame) => void,
): void {
  if (!('call_id' in frame)) return
  const { call_id } = frame
  const tell = (one: HubCallFrame) => setTimeout(say, 50, one)
  if (frame.type === 'call.start') {
    if (calls.refusal && frame.replace !== true)
      say({ type: 'error', ...calls.refusal, retryable: true, request_id: call_id })
    else tell({ type: 'call.state', call_id, state: 'open' })
  } else if (frame.type === 'call.say') {
    const audio = wavOf(spokenSound(rateHz, calls.soundS, [[0, calls.soundS]]), rateHz)
    tell({ type: 'call.speech', call_id, question: frame.question, audio })
  } else if (frame.type !== 'call.end') {
    const { utterance } = frame
    const length = held.get(utterance) ?? 0
    const isMissing = (frame.type === 'call.audio' ? frame.offset : frame.length) > length
    if (isMissing) tell({ type: 'call.missing', call_id, utterance, offset: length })
    else if (frame.type === 'call.audio')
      held.set(utterance, Math.max(length, frame.offset + frame.data.length))
    else
      tell({
        type: 'call.transcript',
        call_id,
        question: frame.question,
        text: calls.words[utterance] ?? '',
      })
  }
}
