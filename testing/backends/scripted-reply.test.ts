import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import type { ChatOptions } from './ollama-chat.ts'
import { startOllamaStandIn } from './ollama-stand-in.ts'
import { lastTokenIndex, type ReplyScript, scriptedPieces, scriptFor } from './scripted-reply.ts'

test('a prompt steers the reply, and what it leaves out stays as it was given', () => {
  const prompt = 'please: tokens=200 rate=50 burst=4 thoughts=5 delay=300 stamped accented'
  const script = scriptFor([{ tokens: 3, text: undefined }], prompt, undefined)
  assert.deepEqual(script, {
    tokens: 200,
    ratePerSecond: 50,
    burst: 4,
    thoughts: 5,
    delayMs: 300,
    stamped: true,
    accented: true,
    text: undefined,
  })
  assert.equal(scriptFor([{ tokens: 3 }], 'hello', undefined).tokens, 3)
  assert.equal(scriptFor([], 'tokens=endless', undefined).tokens, Number.POSITIVE_INFINITY)
})

test('a begun answer is gone on with after its last token, without thinking again', () => {
  const script = scriptFor([{ tokens: 6, thoughts: 2 }], '', undefined)
  assert.equal(said(script, ''), ' h0 h1 t0 t1 t2 t3 t4 t5')
  assert.equal(said(script, ' t0 t1 t2@123é'), ' t3 t4 t5')
  assert.equal(said(script, ' t0 t1 t2 t3 t4 t5'), '')
})

test('a text is said word by word, keeps its white space, and is gone on with where it was left', () => {
  const text = '# Title\n\nTwo  words.\n'
  const script = scriptFor([], '', { text })
  assert.equal(said(script, ''), text)
  assert.equal(said(script, '# Title\n\nTwo'), '  words.\n')
})

test('the last token is found in whatever a reply carries', () => {
  assert.equal(lastTokenIndex(''), -1)
  assert.equal(lastTokenIndex(' t0 t12@1700000000000000é😀'), 12)
  assert.equal(lastTokenIndex('nothing to count'), -1)
})

test('no token is sent before its time, alone or in bursts', async () => {
  for (const burst of [1, 5]) {
    const askedMicros = (performance.timeOrigin + performance.now()) * 1_000
    const stamps = await stampsOf({ script: { tokens: 20, ratePerSecond: 200, burst, stamped: true } })
    stamps.forEach((stamp, index) => {
      const dueMicros = (Math.floor(index / burst) * burst * 1_000_000) / 200
      assert.ok(stamp >= Math.floor(askedMicros + dueMicros), `token ${index} of bursts of ${burst}`)
    })
    assert.equal(stamps.length, 20)
  }
})

test('a special answer goes before the script, and a limit ends any of them with length', async () => {
  const options: ChatOptions = {
    answer: ({ prompt }) => (prompt.includes('title') ? { text: 'A fine day' } : undefined),
  }
  const title = await linesOf(options, 'give a title', {})
  assert.equal(title.map((line) => line.message.content).join(''), 'A fine day')
  const cut = await linesOf(options, 'count', { num_predict: 3 })
  assert.equal(cut.map((line) => line.message.content).join(''), ' t0 t1 t2')
  assert.equal(cut.at(-1)?.done_reason, 'length')
})

type Line = { message: { content: string }; done_reason?: string }

async function linesOf(options: ChatOptions, prompt: string, limits: object): Promise<Line[]> {
  const standIn = await startOllamaStandIn(options)
  try {
    const body = { model: 'counting', messages: [{ role: 'user', content: prompt }], options: limits }
    const answer = await fetch(`${standIn.url}/api/chat`, { method: 'POST', body: JSON.stringify(body) })
    const lines = (await answer.text()).trimEnd().split('\n')
    return lines.map((line) => JSON.parse(line))
  } finally {
    await standIn.stop()
  }
}

async function stampsOf(options: ChatOptions): Promise<number[]> {
  const lines = await linesOf(options, 'count', {})
  return lines.slice(0, -1).map(({ message }) => Number(message.content.split('@')[1]))
}

function said(script: ReplyScript, begun: string): string {
  return [...scriptedPieces(script, begun, true)].map(({ text }) => text).join('')
}
