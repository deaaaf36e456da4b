import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault, FaultScope } from './fault.ts'
import { type OllamaStandIn, startOllamaStandIn } from './ollama-stand-in.ts'
import { type RecordedExchange, replay } from './recorded-exchange.ts'
import { lastTokenIndex } from './scripted-reply.ts'

const CHAT_MANY = chatRequest('tokens=50 rate=0')

test('a refused connection is refused until the fault is taken away, on the same port', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'refuse' })
    assert.equal((await replay(standIn.url, CHAT_MANY)).ended, 'broken: ECONNREFUSED')
    await standIn.setFault(undefined)
    assert.equal((await replay(standIn.url, CHAT_MANY)).status, 200)
  }))

test('refusing cuts the replies that are under way', () =>
  withStandIn(async (standIn) => {
    const answered = replay(standIn.url, chatRequest('tokens=endless rate=200'))
    await until(() => (standIn.requests[0]?.tokensSent ?? 0) > 2)
    await standIn.setFault({ kind: 'refuse' })
    assert.match((await answered).ended, /^broken/)
  }))

test('a server that is loading says so for as many requests as it was told', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'status', status: 503, message: 'loading model' }, { requests: 2 })
    const statuses = []
    for (let call = 0; call < 3; call++) statuses.push((await replay(standIn.url, CHAT_MANY)).status)
    assert.deepEqual(statuses, [503, 503, 200])
  }))

test('a fault strikes chats alone unless it is meant for every path', () =>
  withStandIn(async (standIn) => {
    const tags = { method: 'GET', path: '/api/tags' }
    const fault: Fault = { kind: 'status', status: 500, message: 'broken' }
    await standIn.setFault(fault)
    assert.equal((await replay(standIn.url, tags)).status, 200)
    await standIn.setFault(fault, { paths: 'all' })
    assert.equal((await replay(standIn.url, tags)).status, 500)
  }))

test('a model that went away is not found', async () => {
  const answered = await strike({ kind: 'model-missing' })
  assert.equal(answered.status, 404)
})

test('an error in mid-stream is a line of its own after the tokens, and the body ends well', async () => {
  const answered = await strike({ kind: 'error-line', afterTokens: 5, message: 'out of memory' })
  assert.equal(answered.ended, 'complete')
  assert.equal(answered.chunks.length, 6)
  assert.equal(answered.chunks[5]?.text, '{"error":"out of memory"}\n')
})

test('garbage stands between whole lines, and the reply goes on after it', async () => {
  const answered = await strike({ kind: 'garbage-line', afterTokens: 5 })
  assert.equal(answered.chunks.length, 52)
  assert.throws(() => JSON.parse(answered.chunks[5]?.text ?? ''))
  assert.equal(tokensOf(answered, 5), 49)
})

test('a huge line has the size that was asked for, and the reply goes on after it', async () => {
  const answered = await strike({ kind: 'huge-line', afterTokens: 2, bytes: 3_000_000 })
  const lines = textOf(answered).split('\n')
  assert.ok((lines[2]?.length ?? 0) > 3_000_000)
  assert.match(textOf(answered), /"done":true/)
})

test('half lines are cut inside characters, and are whole again when joined', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'half-lines', pieceBytes: 7 })
    const request = chatRequest('tokens=20 rate=0 accented')
    const { body, pieces } = await bytesOf(standIn, request)
    assert.ok(pieces.some((piece) => piece.toString('utf8').includes('\ufffd')))
    assert.ok(pieces.every((piece) => piece.length <= 7))
    const lines = body.toString('utf8').trimEnd().split('\n')
    const content = lines.map((line) => JSON.parse(line).message.content).join('')
    assert.ok(content.endsWith(' t19é😀'))
  }))

test('a stalled reply says nothing more, and is told as aborted when its client leaves', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'stall', afterTokens: 4 })
    const leaving = new AbortController()
    const answer = await fetch(`${standIn.url}/api/chat`, fetchOptions(CHAT_MANY, leaving.signal))
    const reader = answer.body?.getReader()
    let lines = 0
    while (lines < 4) lines += linesIn((await reader?.read())?.value)
    assert.equal(standIn.openCount(), 1)
    leaving.abort()
    await until(() => standIn.abortedCount() === 1)
    assert.equal(standIn.requests[0]?.tokensSent, 4)
  }))

test('a paused reply says nothing more until the fault is lifted, and then the rest at its pace', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'pause', afterTokens: 4 })
    const answer = await fetch(`${standIn.url}/api/chat`, fetchOptions(CHAT_MANY))
    const reader = answer.body?.getReader()
    let lines = 0
    while (lines < 4) lines += linesIn((await reader?.read())?.value)
    assert.deepEqual([standIn.openCount(), standIn.requests[0]?.tokensSent], [1, 4])
    await standIn.setFault(undefined)
    while (lines < 51) lines += linesIn((await reader?.read())?.value)
    await until(() => standIn.requests[0]?.outcome === 'finished')
  }))

test('a pause that was lifted before it struck is none', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'pause', afterTokens: 20 })
    const answered = replay(standIn.url, chatRequest('tokens=30 rate=20'))
    await until(() => (standIn.requests[0]?.tokensSent ?? 0) > 0)
    await standIn.setFault(undefined)
    assert.equal((await answered).chunks.length, 31)
  }))

test('a reset comes after the tokens that were sent', async () => {
  const answered = await strike({ kind: 'reset', afterTokens: 3 })
  assert.equal(answered.ended, 'broken: ECONNRESET')
  assert.ok(answered.chunks.length <= 3)
})

test('a reply that ends early ends well and without a done line', async () => {
  const answered = await strike({ kind: 'end-early', afterTokens: 3 })
  assert.equal(answered.ended, 'complete')
  assert.equal(answered.chunks.length, 3)
  assert.doesNotMatch(textOf(answered), /"done":true/)
})

test('another model answers in its own name', async () => {
  const answered = await strike({ kind: 'other-model', model: 'impostor' })
  assert.equal(JSON.parse(answered.chunks[0]?.text ?? '').model, 'impostor')
})

test('an endless reply goes on until its client leaves, and is not made any further', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'endless' })
    const leaving = new AbortController()
    const answer = await fetch(`${standIn.url}/api/chat`, fetchOptions(CHAT_MANY, leaving.signal))
    const reader = answer.body?.getReader()
    let lines = 0
    while (lines < 500) lines += linesIn((await reader?.read())?.value)
    leaving.abort()
    await until(() => standIn.requests[0]?.outcome === 'aborted')
    const sentWhenLeft = standIn.requests[0]?.tokensSent
    await standIn.setFault(undefined)
    await replay(standIn.url, chatRequest('tokens=3 rate=100'))
    assert.equal(standIn.requests[0]?.tokensSent, sentWhenLeft)
  }))

test('a slow first byte keeps even the headers back', () =>
  withStandIn(async (standIn) => {
    await standIn.setFault({ kind: 'slow-first-byte', delayMs: 60_000 })
    const leaving = new AbortController()
    const answer = fetch(`${standIn.url}/api/chat`, fetchOptions(CHAT_MANY, leaving.signal))
    await until(() => standIn.openCount() === 1)
    leaving.abort()
    await assert.rejects(answer, { name: 'AbortError' })
    await until(() => standIn.abortedCount() === 1)
    assert.equal(standIn.requests[0]?.tokensSent, 0)
  }))

async function strike(fault: Fault, scope?: FaultScope): Promise<RecordedExchange> {
  const standIn = await startOllamaStandIn()
  try {
    await standIn.setFault(fault, scope)
    return await replay(standIn.url, CHAT_MANY)
  } finally {
    await standIn.stop()
  }
}

async function withStandIn(run: (standIn: OllamaStandIn) => Promise<void>): Promise<void> {
  const standIn = await startOllamaStandIn()
  try {
    await run(standIn)
  } finally {
    await standIn.stop()
  }
}

function chatRequest(prompt: string): RecordedExchange['request'] {
  const body = { model: 'counting', messages: [{ role: 'user', content: prompt }] }
  return { method: 'POST', path: '/api/chat', body }
}

function fetchOptions(request: RecordedExchange['request'], signal?: AbortSignal): RequestInit {
  return { method: request.method, body: JSON.stringify(request.body), signal: signal ?? null }
}

async function bytesOf(standIn: OllamaStandIn, request: RecordedExchange['request']) {
  const answer = await fetch(`${standIn.url}/api/chat`, fetchOptions(request, AbortSignal.timeout(60_000)))
  const pieces: Buffer[] = []
  for await (const piece of answer.body ?? []) pieces.push(Buffer.from(piece))
  return { pieces, body: Buffer.concat(pieces) }
}

function textOf(answered: RecordedExchange): string {
  return answered.chunks.map(({ text }) => text).join('')
}

/** The last token that was said, with the chunk at `skipped` left out. */
function tokensOf(answered: RecordedExchange, skipped: number): number {
  const contents = answered.chunks.filter((_, index) => index !== skipped).map(({ text }) => JSON.parse(text))
  return lastTokenIndex(contents.map(({ message }) => message.content).join(''))
}

function linesIn(bytes: Uint8Array | undefined): number {
  return Buffer.from(bytes ?? []).filter((byte) => byte === 0x0a).length
}

/** Asks again on each turn of the event loop, for at most 20 s, so that a fault of ours fails and doesn't hang. */
async function until(condition: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(20_000)
  while (!condition()) {
    giveUp.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
