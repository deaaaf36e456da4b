import type { Chat } from './chat.ts'
import type { Outbox } from './kept.ts'
import type { LiveReply } from './live-reply.ts'
import type { Replies } from './replies.ts'
import { lookForSilence, type OnQuiet } from './silence.ts'

/** What of a chat is looked at. */
export interface Watched {
  readonly state: Chat['state']
  readonly replies: Replies
  readonly requests: { readonly outbox: Pick<Outbox, 'next' | 'of'> }
  readonly conversation:
    | { readonly id: string; readonly live: { of(requestId: string): Told | undefined } }
    | undefined
}

type Told = Pick<LiveReply, 'companionName' | 'reader' | 'quiet' | 'unsent'>

/** After so long nobody came for an answer, in milliseconds. */
const longMs = 20_000

/** How often is looked, in milliseconds. */
const lookMs = 500

/**
 * Says at an answer that stands still, or whose message waits for the one before it, what keeps it: once it was so in two
 * looks, since after a sleep or an outage the first one is quicker than what is on its way.
 */
export function tellStandstills(chat: Watched): void {
  let before = new Set<string>()
  setInterval(() => {
    const present = new Set<string>()
    const tell = (requestId: string, say: (live: Told) => void) => {
      const live = chat.conversation?.live.of(requestId)
      if (live === undefined) return
      present.add(requestId)
      if (before.has(requestId)) say(live)
    }
    if (chat.state === 'here') look(chat, tell)
    before = present
  }, lookMs)
}

function look(
  { conversation, replies, requests: { outbox } }: Watched,
  tell: (requestId: string, say: (live: Told) => void) => void,
): void {
  const onQuiet: OnQuiet = ({ requestId }, isGone, silentMs) =>
    tell(requestId, (live) => live.quiet(wordsFor(live, isGone, silentMs)))
  lookForSilence(replies, onQuiet)
  const next = outbox.next()
  for (const { frame, refusal } of outbox.of(conversation?.id ?? ''))
    if (frame !== next && refusal === undefined)
      tell(frame.request_id, (live) => live.unsent('Goes out after the message before it'))
}

/** As far as one can tell from here: a model that loads, one that reads and one that fails and is asked again look alike. */
function wordsFor({ companionName, reader }: Told, isGone: boolean, silentMs: number): string {
  if (!isGone && reader?.shown) return 'Still working on it'
  if (!isGone)
    return reader?.thoughts ? `${companionName} is still thinking` : 'Still waiting for the first word'
  if (silentMs < longMs)
    return reader?.attempt ? 'Picking the answer up again' : `Waiting until ${companionName} is free`
  return `Nothing has come for ${Math.floor(silentMs / 1_000)} s. It goes on by itself once a worker is there`
}
