import { Type } from 'typebox'
import {
  readBusUrl,
  readDuration,
  readFlag,
  readHttpUrl,
  readNames,
  readOrigin,
  readOrigins,
  readPlain,
  readWhole,
} from './read-text.ts'
import { settingsOf } from './setting.ts'

const hourMs = 3_600_000

/** A time, kept in milliseconds. */
export const duration = (minimumMs = 1, maximumMs = 24 * hourMs) =>
  settingsOf({
    schema: Type.Integer({ minimum: minimumMs, maximum: maximumMs }),
    read: readDuration,
    takes: `a time such as 30, 30s, 500ms or 5m (a bare number is seconds), at most ${inWords(maximumMs)}`,
  })

function inWords(ms: number): string {
  if (ms > 24 * hourMs && ms % (24 * hourMs) === 0) return `${ms / (24 * hourMs)}d`
  return ms % hourMs === 0 ? `${ms / hourMs}h` : `${ms / 60_000}m`
}

export const flag = settingsOf({ schema: Type.Boolean(), read: readFlag, takes: 'true or false' })

export const whole = (minimum: number, maximum: number) =>
  settingsOf({
    schema: Type.Integer({ minimum, maximum }),
    read: readWhole,
    takes: wholeIn(minimum, maximum),
  })

const wholeIn = (minimum: number, maximum: number): string =>
  `a whole number from ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}`

/** A whole number that need not be set. */
export const optionalWhole = (minimum: number, maximum: number) =>
  settingsOf({
    schema: Type.Union([Type.Integer({ minimum, maximum }), Type.Undefined()]),
    read: readWhole,
    takes: wholeIn(minimum, maximum),
  })

export const choice = <const Words extends readonly string[]>(...words: Words) =>
  settingsOf({
    schema: Type.Unsafe<Words[number]>(Type.Enum([...words])),
    read: readPlain,
    takes: `one of ${words.join(', ')}`,
  })

/** Text that must be there. */
export const text = (takes: string) =>
  settingsOf({ schema: Type.String({ minLength: 1, maxLength: 4096 }), read: readPlain, takes })

export const optionalText = settingsOf({
  schema: Type.Union([Type.String({ maxLength: 4096 }), Type.Undefined()]),
  read: readPlain,
  takes: 'text of at most 4,096 characters',
})

export const names = settingsOf({
  schema: Type.Array(Type.String()),
  read: readNames,
  takes: 'names with commas between them',
  absent: [],
})

export const optionalUrl = settingsOf({
  schema: Type.Union([Type.String(), Type.Undefined()]),
  read: readHttpUrl,
  takes: 'an address that begins with http:// or https://',
})

/** Empty when it is not set. */
export const origin = settingsOf({
  schema: Type.String(),
  read: readOrigin,
  takes: 'an origin such as https://chat.example.org',
  absent: '',
})

export const origins = settingsOf({
  schema: Type.Array(Type.String(), { maxItems: 100 }),
  read: readOrigins,
  takes: 'origins such as https://chat.example.org, with commas between them',
  absent: [],
})

export const busUrl = settingsOf({
  schema: Type.String(),
  read: readBusUrl,
  takes: 'an address such as nats://token@127.0.0.1:4222, or several with commas between them',
})
