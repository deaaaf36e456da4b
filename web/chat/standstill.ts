import type { Chat } from './chat.ts'
import type { LiveReply } from './live-reply.ts'
import { lookForSilence, type OnQuiet } from './silence.ts'

/** After so long nobody came for an answer, in milliseconds. */
const longMs = 20_000

/** How often silence is looked at, in milliseconds. */
const lookMs = 500

/** Says at an answer that stands still what keeps it. */
export function tellStandstills(chat: Chat): void {
  const onQuiet: OnQuiet = ({ requestId }, isGone, silentMs) => {
    const live = chat.conversation?.live.of(requestId)
    live?.quiet(wordsFor(live, isGone, silentMs))
  }
  setInterval(() => chat.state === 'here' && lookForSilence(chat.replies, onQuiet), lookMs)
}

/** As far as one can tell from here: a model that loads, one that reads and one that fails and is asked again look alike. */
function wordsFor(live: LiveReply, isGone: boolean, silentMs: number): string {
  const { companionName, reader } = live
  if (!isGone && reader?.shown) return 'Still working on it'
  if (!isGone)
    return reader?.thoughts ? `${companionName} is still thinking` : 'Still waiting for the first word'
  if (silentMs < longMs)
    return reader?.attempt ? 'Picking the answer up again' : `Waiting until ${companionName} is free`
  return `Nothing has come for ${Math.floor(silentMs / 1_000)} s. It goes on by itself once a worker is there`
}
