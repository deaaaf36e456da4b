import { isUuid } from './ids.ts'

/** Every subject of PROTOCOL section 2, made in one place, so that no other file spells one. */
export const subjects = {
  login: (user: string) => `ai.chat.user.${id(user)}.login`,
  message: (user: string) => `ai.chat.user.${id(user)}.message`,
  greeting: (user: string, request: string) => `ai.chat.user.${id(user)}.greeting.${id(request)}`,
  cancel: (user: string) => `ai.chat.user.${id(user)}.cancel`,
  anyCancel: 'ai.chat.user.*.cancel',
  stream: (user: string, request: string) => `ai.chat.response.stream.${id(user)}.${id(request)}`,
  /** All of a person's, for when they leave. */
  anyGreeting: (user: string) => `ai.chat.user.${id(user)}.greeting.*`,
  anyStream: (user: string) => `ai.chat.response.stream.${id(user)}.*`,
  anyFinal: (user: string) => `ai.chat.response.final.${id(user)}.*`,
  live: (user: string) => `ai.chat.live.${id(user)}.>`,
  ahead: (user: string, request: string) => `ai.chat.live.${id(user)}.${id(request)}.${aheadToken}`,
  final: (user: string, request: string) => `ai.chat.response.final.${id(user)}.${id(request)}`,
  notify: (user: string) => `ai.chat.notify.${id(user)}`,
  accessChanged: 'ai.access.changed',
  historyGet: 'ai.history.get',
  title: 'ai.chat.title',
  modelsList: 'ai.models.list',
  transcribe: (user: string) => `ai.voice.user.${id(user)}.transcribe`,
  anyTranscribe: 'ai.voice.user.*.transcribe',
  say: (user: string) => `ai.voice.user.${id(user)}.say`,
  anySay: 'ai.voice.user.*.say',
  hears: 'ai.voice.hears',
  speaks: 'ai.voice.speaks',
} as const

const aheadToken = 'ahead'

/** Whether what was heard on a person's live subjects is text ahead of its log, and no entry. */
export const isAhead = (subject: string): boolean => subject.endsWith(`.${aheadToken}`)

/** The request an entry on a live or stream subject belongs to: its last token. */
export const requestOf = (subject: string): string => subject.slice(subject.lastIndexOf('.') + 1)

function id(value: string): string {
  if (!isUuid(value)) throw new TypeError('An id in a subject must be a lower-case UUID')
  return value
}
