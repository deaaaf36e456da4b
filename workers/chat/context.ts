import type { HistoryAnswer, HistoryMessage } from '../../bus/contract/history.ts'
import { truncate } from '../../bus/contract/text.ts'
import type { Prompt } from '../inference/backend.ts'
import { entrance } from '../inference/entrance.ts'
import { estimateTokens, mostCodeUnits } from './estimate-tokens.ts'

/** Tokens that a message costs besides its text: its role and its marks. */
const tokensPerMessage = 8
/** The part of the context that is kept for the reply, and its most, in tokens. */
const replyShare = 0.25
const maxReplyTokens = 2_048
/** The part of the context that the newest message gets even when the system prompt fills it. */
const newestShare = 0.25
const cut = '\n[…]\n'

/** What a model is told of an answer that is heard, in a call, and not read. */
const spokenNote =
  'You are speaking with this person on a call. They hear your answer and do not see it; their own words were written ' +
  'down as they spoke, perhaps not always rightly. Answer as people talk: in a few short, plain sentences, in their ' +
  'language, without Markdown, lists, tables, code, links or emoji.'

/**
 * Fits a conversation to a model's context (in tokens, by estimate): the system prompt always, the person's newest
 * message always (its middle left out where it is too long), then as many before it as fit, newest first. Neighbours
 * of one role become one message, empty ones go, and the companion's own opening stands behind an entrance, as strict
 * templates want it. Where the answer is to be spoken the system prompt says so.
 */
export function fitContext(
  history: Pick<HistoryAnswer, 'messages' | 'companion'>,
  contextLength: number,
  isSpoken = false,
): Prompt {
  const system = [history.companion.system_prompt, isSpoken ? spokenNote : '']
    .filter((part) => part !== '')
    .join('\n\n')
  const messages = withEntrance(joinNeighbours(history.messages))
  const room = contextLength - replyTokens(contextLength) - cost(system)
  const newest = messages.at(-1)
  if (newest === undefined) return { system, messages: [] }
  const fitted = shorten(newest, Math.max(room, contextLength * newestShare))
  const older = newestThatFit(messages.slice(0, -1), room - cost(fitted.content))
  return { system, messages: [...older, fitted] }
}

const replyTokens = (contextLength: number): number => Math.min(contextLength * replyShare, maxReplyTokens)
const cost = (text: string): number => (text === '' ? 0 : estimateTokens(text) + tokensPerMessage)

function joinNeighbours(messages: readonly HistoryMessage[]): HistoryMessage[] {
  const joined: HistoryMessage[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (message.content === '') continue
    if (last?.role === message.role) {
      joined[joined.length - 1] = { role: last.role, content: `${last.content}\n\n${message.content}` }
    } else {
      joined.push(message)
    }
  }
  return joined
}

const withEntrance = (messages: readonly HistoryMessage[]): readonly HistoryMessage[] =>
  messages[0]?.role === 'user' ? messages : [entrance, ...messages]

/** What is cut off begins with the person again: an answer without its question misleads. */
function newestThatFit(messages: readonly HistoryMessage[], room: number): HistoryMessage[] {
  let first = messages.length
  let left = room
  while (first > 0) {
    left -= cost(messages[first - 1]?.content ?? '')
    if (left < 0) break
    first -= 1
  }
  if (first > 0 && messages[first]?.role === 'assistant') first += 1
  return messages.slice(first)
}

function shorten(message: HistoryMessage, tokens: number): HistoryMessage {
  if (cost(message.content) <= tokens) return message
  const { content } = message
  let length = Math.min(content.length, mostCodeUnits(tokens))
  let shorter = content
  do {
    length = Math.floor(length * 0.8)
    const tail = content.slice(content.length - Math.floor(length / 2)).toWellFormed()
    shorter = truncate(content, Math.ceil(length / 2)) + cut + tail
  } while (cost(shorter) > tokens && length > 16)
  return { role: message.role, content: shorter }
}
