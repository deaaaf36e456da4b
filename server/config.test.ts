import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig } from './config.ts'

describe('the hub’s settings', () => {
  test('keep the database in the data folder unless they are told otherwise', () => {
    assert.equal(readConfig({}).databaseUrl, 'sqlite:data/companions.db')
    assert.equal(readConfig({ DATA_DIR: '/$&' }).databaseUrl, 'sqlite:/$&/companions.db')
    assert.equal(readConfig({ DATABASE_URL: 'postgres://u:p@h/d' }).databaseUrl, 'postgres://u:p@h/d')
  })

  for (const [address, host, port] of [
    ['0.0.0.0:80', '0.0.0.0', 80],
    [':3001', '0.0.0.0', 3001],
    ['[::1]:3002', '::1', 3002],
  ] as const) {
    test(`take ${address} as an address before HOST and PORT`, () => {
      const config = readConfig({ ADDR: address, HOST: 'elsewhere', PORT: '1' })
      assert.deepEqual([config.host, config.port], [host, port])
    })
  }

  test('are refused all at once, ADDR with the others', () => {
    assert.throws(() => readConfig({ ADDR: 'nowhere', NATS_REPLICAS: '2', LOG_FORMAT: 'xml' }), {
      message: /^ADDR is .*\nNATS_REPLICAS is .*\nLOG_FORMAT is .*$/,
    })
  })

  for (const [name, value, takes] of [
    ['ADDR', 'nowhere', /ADDR is "nowhere": it takes host:port/],
    ['ADDR', '0.0.0.0:65536', /ADDR is "0.0.0.0:65536": it takes host:port/],
    ['PORT', '65536', /PORT is "65536": it takes a whole number from 0 to 65,535/],
    ['NATS_REPLICAS', '2', /NATS_REPLICAS is "2": it takes 1 or 3/],
    ['DRAIN_GRACE', '11m', /DRAIN_GRACE is "11m": .*at most 10m/],
    ['PUBLIC_URL', 'https://a.example/chat', /PUBLIC_URL is .* takes an origin/],
    [
      'DATABASE_URL',
      'mysql://u:s3cret@h/d',
      /DATABASE_URL is a value that is not shown: it takes sqlite:PATH/,
    ],
  ] as const) {
    test(`refuse ${name}=${value} and say what it takes`, () => {
      assert.throws(
        () => readConfig({ [name]: value }),
        ({ message }: Error) => takes.test(message) && !message.includes('s3cret'),
      )
    })
  }
})
