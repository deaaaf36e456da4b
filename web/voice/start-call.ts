import type { Chat } from '../chat/chat.ts'
import { hasEnded, leafOf, turnOf } from '../chat/page-parts.ts'
import type { RunningReply } from '../chat/running-reply.ts'
import { toast } from '../chat/toast.ts'
import { Call } from './call.ts'
import { CallBar } from './call-bar.ts'
import { Cuts } from './cuts.ts'
import { openMicrophone } from './microphone.ts'
import { openPlayer } from './player.ts'
import type { Answer } from './turn-taking.ts'
import { keepAwake } from './wake-lock.ts'

/** Made in the tap: a page may make sound by these. */
export interface UnlockedSound {
  readonly microphone: AudioContext
  readonly speech: AudioContext
}

let current: Call<AudioBuffer> | undefined

/** Calls the companion in the conversation on the page, unless a call is on. It ends with the page or its conversation. */
export function startCall(chat: Chat, sound: UnlockedSound): void {
  const { conversation } = chat
  if (conversation === undefined || current !== undefined) {
    for (const context of Object.values(sound)) void context.close()
    return
  }
  const replies = new Map<string, RunningReply>()
  const cuts = new Cuts(chat.send)
  const left = new AbortController()
  const bar = new CallBar(conversation.room)
  const call = new Call<AudioBuffer>({
    player: openPlayer(sound.speech),
    send: (frame) => (frame.type !== 'call.start' || endBroken(chat, frame.call_id)) && chat.send(frame),
    openMicrophone: (listener) => openMicrophone(sound.microphone, listener),
    say: (words) => {
      const flaw = chat.requests.send(words, { speak: true })
      const requestId = leafOf(conversation.room)
      if (flaw !== undefined || requestId === null) {
        conversation.composer.giveBack(words)
        return { flaw: flaw ?? 'It was not sent.' }
      }
      replies.set(requestId, chat.replies.follow(requestId))
      return { requestId }
    },
    answerTo: (requestId) => answerTo(chat, replies.get(requestId)),
    interrupt: (requestId, heard_offset) => {
      if (chat.replies.has(requestId)) chat.requests.stop(requestId, { heard_offset })
      else cuts.add(requestId, heard_offset)
    },
    onChange: () => bar.show(call),
    onEnd: (why) => {
      left.abort()
      cuts.close()
      sessionStorage.removeItem(brokenKey)
      current = undefined
      chat.onHeard = chat.onLeave = undefined
      void sound.microphone.close()
      bar.close()
      if (why !== undefined) toast(why)
    },
  })
  current = call
  chat.onHeard = (frame) => {
    cuts.hear(frame)
    call.hear(frame)
  }
  chat.onLeave = () => call.end()
  bar.open(call)
  listenToPage(chat, call, left.signal)
  keepAwake(left.signal)
  // Telephones let it stand still while the page is away, or another app has it.
  const wake = () => document.hidden || void sound.microphone.resume()
  document.addEventListener('visibilitychange', wake, { signal: left.signal })
  call.setHere(chat.state === 'here')
  void call.start()
}

const brokenKey = 'companions.call'

/**
 * Notes the call that begins in this tab, and ends one that the tab had before and could not end, since the hub was away
 * when the page went: it would stand in the way of the next until its lease is over. @returns false until that went out.
 */
function endBroken(chat: Chat, callId: string): boolean {
  const broken = sessionStorage.getItem(brokenKey)
  if (broken !== null && broken !== callId && !chat.send({ type: 'call.end', call_id: broken })) return false
  sessionStorage.setItem(brokenKey, callId)
  return true
}

/** A call belongs to its conversation, and knows whether the hub is there. */
function listenToPage(chat: Chat, call: Call<AudioBuffer>, signal: AbortSignal): void {
  const { conversation } = chat
  document.addEventListener(
    'htmx:after:swap',
    () => {
      if (chat.conversation !== conversation) call.end('The call ended when you left its conversation.')
    },
    { signal },
  )
  document.body.addEventListener('companions:connection', () => call.setHere(chat.state === 'here'), {
    signal,
  })
}

/** What is known of an answer: from its log while it runs, from the server's rendering where the log was lost. */
function answerTo(chat: Chat, reply: RunningReply | undefined): Answer | undefined {
  if (reply === undefined) return undefined
  const { requestId, reader } = reply
  const { shown: text, end } = reader
  if (end !== undefined)
    return { text, isWhole: true, isStopped: end.type === 'done' && end.finish_reason === 'cancelled' }
  const turn = turnOf(requestId)
  if (turn === null) return undefined
  if (chat.replies.has(requestId) || !hasEnded(requestId)) return { text, isWhole: false, isStopped: false }
  const source = turn.querySelector<HTMLTemplateElement>('template.reply-source')?.content.textContent ?? ''
  return { text: source, isWhole: true, isStopped: turn.dataset.state === 'cancelled' }
}
