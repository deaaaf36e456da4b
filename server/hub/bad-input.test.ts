import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encode } from '../../bus/contract/codec.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxAudioFrameBytes, maxFrameBytes } from '../../bus/contract/limits.ts'
import { openBrowserSocket } from '../../testing/hub/browser-socket.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'

let house: TestHouse
let hub: TestHub
let mika: SignedIn

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  mika = await hub.signIn()
})
after(() => house?.[Symbol.asyncDispose]())

const hello = { type: 'hello', protocol: 1, client_id: uuidv7(), resume: [] }

const call = { call_id: uuidv7() }

const newSound = (data: unknown) => ({ type: 'call.audio', ...call, utterance: 0, offset: 0, data })

const fatal: [string, Uint8Array | string, number, string][] = [
  ['bytes that are no MessagePack', new Uint8Array([0xc1, 0xff, 0x00]), 4500, 'frame_malformed'],
  ['a text frame', '{"type":"ping","id":1}', 4500, 'frame_malformed'],
  ['a frame cut short', encode(newSend('cut')).slice(0, 40), 4500, 'frame_malformed'],
  ['bytes after a frame', new Uint8Array([...encode({ type: 'ping', id: 1 }), 0]), 4500, 'frame_malformed'],
  ['a bomb of nested arrays', nestedArrays(3_000), 4500, 'frame_malformed'],
  [
    'a map that claims four billion keys',
    new Uint8Array([0xdf, 0xff, 0xff, 0xff, 0xff]),
    4500,
    'frame_malformed',
  ],
  ['a million empty maps', manyMaps(200_000), 4500, 'frame_malformed'],
  [
    'sound that claims four billion bytes',
    new Uint8Array([0x81, 0xa1, 0x61, 0xc6, 0xff, 0xff, 0xff, 0xff]),
    4500,
    'frame_malformed',
  ],
  ['sound past any frame', encode(newSound(new Uint8Array(maxFrameBytes))), 1009, ''],
  ['a megabyte', encode(newSend('x'.repeat(1024 * 1024))), 1009, ''],
]

const wrongQuestions: [string, object, string][] = [
  [
    'an utterance past the longest',
    { type: 'call.transcribe', utterance: 0, length: 800_001 },
    'frame_invalid',
  ],
  ['an utterance of nothing', { type: 'call.transcribe', utterance: 0, length: 0 }, 'frame_invalid'],
  ['nothing to say', { type: 'call.say', text: '' }, 'frame_invalid'],
  ['more to say than fits', { type: 'call.say', text: 'x'.repeat(401) }, 'frame_invalid'],
  ['bytes to say', { type: 'call.say', text: new Uint8Array(2) }, 'frame_invalid'],
  ['words of no call', { type: 'call.transcribe', utterance: 0, length: 2 }, 'not_found'],
  ['something to say in no call', { type: 'call.say', text: 'Hello' }, 'not_found'],
]

for (const [name, frame, code] of wrongQuestions)
  test(`${name} fails with ${code}, and the socket stays`, async () => {
    const browser = await hub.connect(mika)
    browser.send({ ...call, ...frame, question: 7 })
    const failed = await browser.next('call.failed')
    assert.deepEqual(
      [failed.call_id, failed.question, failed.code, failed.retryable],
      [call.call_id, 7, code, false],
    )
    browser.send({ type: 'ping', id: 1 })
    await browser.next('pong')
    await browser.close()
  })

for (const [name, bytes, code, reason] of fatal)
  test(`${name} ends the socket for good, and the hub goes on`, async () => {
    const browser = await hub.connect(mika)
    browser.sendBytes(bytes)
    assert.deepEqual(await browser.closed, { code, reason })
    const next = await hub.connect(mika)
    next.send({ type: 'ping', id: 7 })
    assert.equal((await next.next('pong')).id, 7)
    await next.close()
  })

const refused: [string, object, string][] = [
  ['an unknown type', { type: 'chat.sing' }, 'frame_unknown'],
  ['a frame without a type', { message: 'hello' }, 'frame_invalid'],
  ['a list', ['hello'], 'frame_invalid'],
  ['a number for a message', newSend('', { message: 5 }), 'frame_invalid'],
  ['an id that is none', newSend('hi', { request_id: '../../etc' }), 'frame_invalid'],
  ['an id with a subject’s wildcard', newSend('hi', { conversation_id: '*' }), 'frame_invalid'],
  ['a temperature out of bounds', newSend('hi', { options: { temperature: 99 } }), 'frame_invalid'],
  ['a second hello', hello, 'frame_invalid'],
  ['no message', newSend('', { message: undefined }), 'message_empty'],
  ['an empty message', newSend(''), 'message_empty'],
  ['white space', newSend(' \n\t\u3000'), 'message_empty'],
  ['nothing but control characters', newSend('\u0000\u0007\u001b\u009f'), 'message_empty'],
  ['a message past the limit', newSend('x'.repeat(32_001)), 'message_too_long'],
  ['a message far past the limit', newSend('x'.repeat(100_000)), 'message_too_long'],
  ['a message to regenerate', newSend('hi', { kind: 'regenerate' }), 'request_invalid'],
  ['a call with an id that is none', { type: 'call.start', call_id: '*' }, 'frame_invalid'],
  ['a call to replace another by a word', { ...call, type: 'call.start', replace: 'yes' }, 'frame_invalid'],
  ['text for sound', newSound('RIFF'), 'frame_invalid'],
  ['numbers for sound', newSound([1, 2, 3]), 'frame_invalid'],
  ['more sound than a frame may have', newSound(new Uint8Array(maxAudioFrameBytes + 1)), 'frame_invalid'],
  ['sound from before its beginning', { ...newSound(new Uint8Array(2)), offset: -2 }, 'frame_invalid'],
  ['sound of half an utterance', { ...newSound(new Uint8Array(2)), utterance: 0.5 }, 'frame_invalid'],
  ['sound of no call', newSound(new Uint8Array(2)), 'not_found'],
  ['a prototype as a type', { type: '__proto__' }, 'frame_unknown'],
]

for (const [name, frame, code] of refused)
  test(`${name} is answered with ${code}, and the socket stays`, async () => {
    const browser = await hub.connect(mika)
    browser.send(frame)
    const error = await browser.next('error')
    assert.equal(error.code, code)
    assert.equal(error.retryable, false)
    if (code.startsWith('message'))
      assert.equal(error.request_id, (frame as { request_id: string }).request_id)
    browser.send({ type: 'ping', id: 1 })
    await browser.next('pong')
    await browser.close()
  })

test('twenty bad frames in a row end the socket for good', async () => {
  const browser = await hub.connect(mika)
  for (let sent = 0; sent < 20; sent += 1) browser.send({ type: 'chat.sing' })
  assert.equal((await browser.closed).code, 4502)
})

test('more frames in a second than allowed are refused as worth another try, each by its request', async () => {
  const browser = await hub.connect(mika)
  // With the hello these are the fifty of a second.
  for (let id = 0; id < 49; id += 1) browser.send({ type: 'ping', id })
  const send = newSend('Too soon')
  browser.send(send)
  browser.send({ type: 'ping', id: 50 })
  const [error, other] = [await browser.next('error'), await browser.next('error')]
  assert.deepEqual([error.code, error.retryable], ['rate_limited', true])
  assert.equal(error.request_id, send.request_id)
  assert.equal(other.request_id, undefined)
  await browser.close()
})

test('lone surrogates and control characters are cleaned out of what is kept', async () => {
  const browser = await hub.connect(mika)
  const send = newSend('a\ud800b\u0000c\r\nd\u202ee')
  browser.send(send)
  await browser.next('chat.accepted')
  const message = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.message_id)
  assert.equal(message?.content, 'a\ufffdbc\nd\u202ee')
  await browser.close()
})

test('a message of just the limit is accepted, three bytes a character', async () => {
  const browser = await hub.connect(mika)
  const send = newSend('語'.repeat(32_000))
  assert.ok(encode(send).byteLength < maxFrameBytes)
  browser.send(send)
  await browser.next('chat.accepted')
  await browser.close()
})

const early: [string, Uint8Array, number, string][] = [
  ['a message before hello', encode(newSend('hi')), 4504, 'hello_expected'],
  ['a hello of 5 KB', encode({ ...hello, more: 'x'.repeat(5_000) }), 1009, 'frame_too_large'],
  ['a hello of another protocol', encode({ ...hello, protocol: 99 }), 4503, 'protocol_unsupported'],
  ['a hello of a wrong shape', encode({ ...hello, resume: 'all' }), 4501, 'frame_invalid'],
  [
    'a hello that resumes too much',
    encode({
      ...hello,
      resume: Array.from({ length: 33 }, () => ({ request_id: uuidv7(), epoch: 0, seq: 0 })),
    }),
    4501,
    'frame_invalid',
  ],
]

for (const [name, bytes, code, reason] of early)
  test(`${name} ends the socket`, async () => {
    const browser = await openBrowserSocket(hub.origin, { cookie: mika.cookie })
    browser.sendBytes(bytes)
    assert.deepEqual(await browser.closed, { code, reason })
  })

/** Arrays of 65,535 within each other: three bytes each, of which a decoder would make half a megabyte each. */
function nestedArrays(depth: number): Uint8Array {
  return new Uint8Array(Array.from({ length: depth }, () => [0xdc, 0xff, 0xff]).flat())
}

function manyMaps(count: number): Uint8Array {
  return new Uint8Array([
    0xdd,
    count >>> 24,
    (count >>> 16) & 255,
    (count >>> 8) & 255,
    count & 255,
    ...Array(count).fill(0x80),
  ])
}
