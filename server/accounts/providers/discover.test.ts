import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Configuration } from 'openid-client'
import { discoverLater } from './discover.ts'

const found = () => new Configuration({ issuer: 'https://auth.example' }, 'home')

test('a provider is asked about itself once, however many sign in at the same time', async () => {
  let asked = 0
  const configure = discoverLater(async () => {
    asked += 1
    return found()
  })
  assert.equal(asked, 0)
  const [one, other] = await Promise.all([configure(), configure()])
  assert.equal(one, other)
  assert.equal(await configure(), one)
  assert.equal(asked, 1)
})

test('a provider that was away is asked again by the next sign-in', async () => {
  let isAway = true
  const configure = discoverLater(async () => {
    if (isAway) throw new Error('away')
    return found()
  })
  await assert.rejects(configure(), /away/)
  isAway = false
  assert.ok(await configure())
})

test('what was known stays in use while a provider does not answer, and is asked for again', async (context) => {
  context.mock.timers.enable({ apis: ['Date'] })
  let asked = 0
  let isAway = false
  const configure = discoverLater(async () => {
    asked += 1
    if (isAway) throw new Error('away')
    return found()
  })
  const known = await configure()
  isAway = true
  context.mock.timers.tick(61 * 60_000)
  assert.equal(await configure(), known)
  assert.equal(await configure(), known)
  assert.equal(asked, 2)
  isAway = false
  context.mock.timers.tick(61_000)
  assert.notEqual(await configure(), known)
})
