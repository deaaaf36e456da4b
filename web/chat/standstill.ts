import type { Chat } from './chat.ts'
import type { LiveReply } from './live-reply.ts'

/** After so long nobody came for an answer, in milliseconds. */
const longMs = 20_000

/** Says at an answer that stands still what keeps it. */
export function tellStandstills(chat: Chat): void {
  chat.onQuiet = ({ requestId }, isGone, silentMs) => {
    const live = chat.conversation?.live.of(requestId)
    live?.quiet(wordsFor(live, isGone, silentMs))
  }
}

/** As far as one can tell from here. */
function wordsFor({ companionName, source, hasBegun }: LiveReply, isGone: boolean, silentMs: number): string {
  if (!isGone) return source === '' ? `${companionName} is still thinking` : 'Still working on it'
  if (silentMs < longMs)
    return hasBegun ? 'Picking the answer up again' : `Waiting until ${companionName} is free`
  return `Nothing has come for ${Math.floor(silentMs / 1_000)} s. It goes on by itself once a worker is there`
}
