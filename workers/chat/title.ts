import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type TitleAnswer, TitleGet } from '../../bus/contract/history.ts'
import { maxTitleLength } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { truncate, withoutControls } from '../../bus/contract/text.ts'
import type { Subscription } from '../../bus/nats/bus.ts'
import type { Hear } from '../inference/backend.ts'
import type { Choice } from '../inference/choose-model.ts'
import { demoTitle } from '../inference/demo-answer.ts'
import { guardAgainstStalls } from '../inference/stall-guard.ts'
import type { Desk } from './answer.ts'

const questionShape = checker(TitleGet)

/** A title must not keep a model busy: it has this long in all (milliseconds), this many tokens, and few at once. */
const titleMs = 30_000
const maxTokens = 400
const maxAtOnce = 4
/** How much of each message the model sees, in code units, and of how many messages. */
const excerptLength = 600
const maxMessages = 4

const instruction =
  'Write a title of two to six words for the conversation that follows, in its own language. ' +
  'Answer with the title alone: no quotation marks, no full stop, no explanation.'

/** Answers requests for titles. @throws to the asker `request_invalid`, `queue_full` or a backend's own error. */
export function serveTitles(desk: Desk): Subscription {
  let atWork = 0
  return desk.bus.respond(subjects.title, 'chat-workers', async (question) => {
    if (!questionShape(question)) throw new CodedError('request_invalid')
    if (atWork >= maxAtOnce) throw new CodedError('queue_full', 'Too many titles are being made')
    atWork += 1
    try {
      return await makeTitle(desk, question)
    } finally {
      atWork -= 1
    }
  })
}

async function makeTitle(desk: Desk, question: TitleGet): Promise<TitleAnswer> {
  const signal = AbortSignal.timeout(titleMs)
  const choice = await desk.backends.choose(question.model, signal)
  const first = question.messages.find((message) => message.role === 'user')?.content ?? ''
  if (choice.backend.kind === 'demo') return { title: cleanTitle(demoTitle(first)) }
  const title = cleanTitle(await askForTitle(choice, question, signal))
  return { title: title === '' ? cleanTitle(demoTitle(first)) : title }
}

async function askForTitle(choice: Choice, question: TitleGet, signal: AbortSignal): Promise<string> {
  const excerpt = question.messages
    .slice(0, maxMessages)
    .map(({ role, content }) => `${role}: ${truncate(content, excerptLength)}`)
    .join('\n\n')
  const messages = [{ role: 'user' as const, content: `${instruction}\n\n${excerpt}` }]
  const request = { model: choice.model, system: '', messages, begun: '', temperature: 0.2, maxTokens }
  let text = ''
  const hear: Hear = (piece) => {
    if (piece.kind === 'text') text += piece.text
    // The first line is the title; whatever a talkative model adds is not waited for.
    return text.trimStart().includes('\n') || text.length > 4 * maxTitleLength
  }
  const patience = { firstTokenMs: titleMs, tokenMs: titleMs }
  await guardAgainstStalls((own, heard) => choice.backend.generate(request, own, heard), {
    patience,
    signal,
    hear,
  })
  return text
}

/** The title in what a model answered: one line, without the marks and words that models put around it. */
export function cleanTitle(answer: string): string {
  const line = withoutControls(answer.toWellFormed()).trim().split('\n')[0] ?? ''
  const bare = line
    .replace(/^#+\s*/, '')
    .replace(/^[*_]*(?:title|titel|titre|título)\s*[:：][*_\s]*/i, '')
    .replace(/^["'“”„«»‘’*\s]+|["'“”„«»‘’*\s]+$/g, '')
    // Marks of code within a title stay in pairs: the hub takes them away, and what they mark is left as it is.
    .replace(/^([`_]+)([^`_]+)\1$/, '$2')
    .replace(/[.。]+$/, '')
    .replaceAll(/\s+/g, ' ')
  return truncate(bare, maxTitleLength)
}
