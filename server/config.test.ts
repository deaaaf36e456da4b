import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, hubVariables, readConfig } from './config.ts'

test('a hub with no settings listens on loopback, with its store under data/', () => {
  const config = readConfig({})
  assert.deepEqual([config.host, config.port], ['127.0.0.1', 3000])
  assert.equal(config.databaseUrl, 'sqlite:data/companions.db')
  assert.equal(readConfig({ DATA_DIR: '/srv/house' }).databaseUrl, 'sqlite:/srv/house/companions.db')
})

test('ADDR goes before HOST and PORT, and may leave out the host', () => {
  const given = { ADDR: '[::1]:8080', HOST: '10.0.0.1', PORT: '1' }
  assert.deepEqual([readConfig(given).host, readConfig(given).port], ['::1', 8080])
  assert.equal(readConfig({ ADDR: ':80' }).host, '0.0.0.0')
})

test('units and lists are read as people write them', () => {
  const config = readConfig({
    DRAIN_GRACE: '2.5',
    ALLOWED_ORIGINS: 'http://a/, https://b',
    PUBLIC_URL: 'https://c/',
  })
  assert.equal(config.drainGraceMs, 2_500)
  assert.deepEqual(config.allowedOrigins, ['http://a', 'https://b'])
  assert.equal(config.publicUrl, 'https://c')
})

test('everything that is wrong is told at once, by name, value and what it takes', () => {
  const wrong = {
    PORT: 'http',
    LOG_LEVEL: 'loud',
    NATS_REPLICAS: '2',
    PUBLIC_URL: 'chat.example',
    DRAIN_GRACE: '-1',
  }
  assert.throws(
    () => readConfig(wrong),
    (error) => {
      assert.ok(error instanceof ConfigError)
      for (const [name, value] of Object.entries(wrong))
        assert.ok(error.message.includes(`${name} is "${value}", but takes`))
      return true
    },
  )
  assert.throws(() => readConfig({ ADDR: 'localhost' }), /ADDR is "localhost", but takes host:port/)
})

test('an error does not repeat what may hold a password', () => {
  assert.throws(
    () => readConfig({ NATS_URL: 'secret' }),
    (error) =>
      error instanceof Error && error.message.includes('NATS_URL') && !error.message.includes('secret'),
  )
})

test('every variable has a name of its own and a meaning', () => {
  const names = hubVariables.flatMap(({ name, aliases }) => [name, ...aliases])
  assert.equal(new Set(names).size, names.length)
  assert.ok(hubVariables.every(({ meaning }) => meaning.endsWith('.')))
})
