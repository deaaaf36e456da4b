import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { duration, names, optionalUrl, origin, origins, whole } from './kinds.ts'
import { readSettings } from './read-settings.ts'
import { sharedSettings } from './shared-settings.ts'

const table = {
  slots: whole(1, 10_000)('SLOTS', { default: '16', aliases: ['OLD_SLOTS'], meaning: 'How many.' }),
  waitMs: duration()('WAIT', { default: '5m', meaning: 'How long.' }),
  url: optionalUrl('URL', { meaning: 'Where.' }),
  names: names('NAMES', { meaning: 'Which.' }),
  publicUrl: origin('PUBLIC_URL', { meaning: 'Where from.' }),
  origins: origins('ORIGINS', { meaning: 'From where else.' }),
}

describe('the settings', () => {
  test('are their defaults where nothing is set, and absent where there is none', () => {
    assert.deepEqual(readSettings(table, { SLOTS: ' ' }), {
      slots: 16,
      waitMs: 300_000,
      url: undefined,
      names: [],
      publicUrl: '',
      origins: [],
    })
  })

  test('take the first name that is set', () => {
    assert.equal(readSettings(table, { OLD_SLOTS: '3' }).slots, 3)
    assert.equal(readSettings(table, { SLOTS: ' 2 ', OLD_SLOTS: '3' }).slots, 2)
  })

  for (const [given, ms] of [
    ['30', 30_000],
    ['1.5s', 1_500],
    ['500ms', 500],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ] as const) {
    test(`take ${given} as a time`, () => {
      assert.equal(readSettings(table, { WAIT: given }).waitMs, ms)
    })
  }

  test('take origins with a slash at their end, and lists with spaces in them', () => {
    const read = readSettings(table, { PUBLIC_URL: 'https://a.example/', ORIGINS: 'http://b:1/ , https://c' })
    assert.equal(read.publicUrl, 'https://a.example')
    assert.deepEqual(read.origins, ['http://b:1', 'https://c'])
    const written = readSettings(table, { PUBLIC_URL: 'HTTPS://Chat.Example.org:443/' })
    assert.equal(written.publicUrl, 'https://chat.example.org', 'as browsers name it')
    for (const none of [
      'https://me@a.example',
      'https://a.example?x',
      'https://a.example#x',
      'https://a\\\\b',
    ])
      assert.throws(() => readSettings(table, { PUBLIC_URL: none }), /PUBLIC_URL/, none)
  })

  test('name every variable that cannot be used, by the name it was given, with what it takes', () => {
    const wrong = { OLD_SLOTS: 'many', WAIT: 'soon', URL: 'groq.com', ORIGINS: 'https://a, b' }
    assert.throws(() => readSettings(table, wrong), {
      name: 'ConfigError',
      message: [
        'OLD_SLOTS is "many": it takes a whole number from 1 to 10,000',
        'WAIT is "soon": it takes a time such as 30, 30s, 500ms or 5m (a bare number is seconds), at most 24h',
        'URL is "groq.com": it takes an address that begins with http:// or https://',
        'ORIGINS is "https://a, b": it takes origins such as https://chat.example.org, with commas between them',
      ].join('\n'),
    })
  })

  for (const url of ['nats://s3cret token@host', 'http://s3cret@host', 'ws://s3cret@host', 'nats://'])
    test(`refuse ${url} as a bus and never show it`, () => {
      assert.throws(
        () => readSettings(sharedSettings, { NATS_URL: url }),
        ({ message }: Error) => message.includes('NATS_URL is') && !message.includes('s3cret'),
      )
    })

  for (const url of ['nats://token@host', 'tls://user:pass@host:1', 'host:4222', 'nats://a:1, nats://b:2'])
    test(`take ${url} as a bus`, () => {
      assert.equal(readSettings(sharedSettings, { NATS_URL: url }).natsUrl, url)
    })
})
