import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Backend } from '../inference/backend.ts'
import { demoBackend } from '../inference/demo.ts'
import { confirmContinuing } from './confirm-continuing.ts'

test('a backend that takes seconds to say whether it goes on is told of once, one that says so at once is not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const lines: unknown[][] = []
  const isQuiet = new AbortController().signal
  const ask = (canContinue: Backend['canContinue']) =>
    confirmContinuing({
      backend: { ...demoBackend(), name: 'slow', canContinue },
      model: 'counting',
      prompt: { system: '', messages: [] },
      begun: 'One, ',
      running: { released: isQuiet, cancelled: isQuiet },
      patience: { firstTokenMs: 60_000, tokenMs: 60_000 },
      log: (...line) => lines.push(line),
    })
  const said = Promise.withResolvers<boolean>()
  const answer = ask(() => said.promise)
  t.mock.timers.tick(2_999)
  assert.deepEqual(lines, [])
  t.mock.timers.tick(10_000)
  const told = 'A backend does not say yet whether it goes on with a begun reply'
  assert.deepEqual(lines, [['info', told, { backend: 'slow', model: 'counting' }]])
  said.resolve(true)
  assert.equal(await answer, true)
  assert.equal(await ask(async () => true), true)
  t.mock.timers.tick(10_000)
  assert.equal(lines.length, 1)
})
