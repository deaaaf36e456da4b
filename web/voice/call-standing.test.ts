import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import { openCall } from '../../testing/voice/call-page.ts'

const refusal = { type: 'error', retryable: true } as const

const long =
  'It is a long answer, of several sentences. This is the second one of them. And this is the third.'

suite('how a call stands', () => {
  test('on another socket it opens again, and asks again for what was not answered', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.sent.length = 0
    page.welcome()
    assert.equal(page.call.status, 'returning')
    assert.deepEqual(page.sent, [{ type: 'call.start', call_id: page.call.id }])
    page.state('open')
    assert.deepEqual(
      page.sent.map(({ type }) => type),
      ['call.start', 'call.transcribe'],
    )
    page.hear({ type: 'call.missing', call_id: page.call.id, utterance: 0, offset: 0 })
    page.tick(1_000)
    const types = page.sent.slice(2).map(({ type }) => type)
    // The words of 56,320 bytes are asked for once they are there, in four pieces.
    assert.deepEqual(types.slice(0, 5), [...Array(4).fill('call.audio'), 'call.transcribe'])
    page.write('It was heard')
    assert.deepEqual(page.said, ['It was heard'])
  })

  test('what is said while the hub is away is heard once it is back', async (t) => {
    const page = openCall(t)
    await page.open()
    page.hub.isHere = false
    page.call.setHere(false)
    assert.equal(page.call.status, 'returning')
    page.listen(2, 1)
    page.hub.isHere = true
    page.welcome()
    page.call.setHere(true)
    page.state('open')
    page.tick(1_000)
    page.write('Are you there?')
    assert.deepEqual(page.said, ['Are you there?'])
  })

  test('a call that is away for longer than its lease is over, and says so', async (t) => {
    const page = openCall(t)
    await page.open()
    page.call.setHere(false)
    page.tick(callLeaseMs - 1_000)
    assert.deepEqual(page.ends, [])
    page.tick(2_000)
    assert.match(page.ends[0] ?? '', /away for too long/)
  })

  test('a call that another one replaced is over, and says so', async (t) => {
    const page = openCall(t)
    await page.open()
    page.state('ended')
    assert.match(page.ends[0] ?? '', /another one began/)
  })

  test('a call that another one replaced while its socket was away is over when it comes back, and replaces none', async (t) => {
    const page = openCall(t)
    await page.call.start(true)
    page.state('open')
    page.sent.length = 0
    page.welcome()
    assert.deepEqual(page.sent, [{ type: 'call.start', call_id: page.call.id }])
    const about = { request_id: page.call.id, retry_after_ms: callLeaseMs }
    page.hear({ ...refusal, code: 'rate_limited', detail: 'You are in a call elsewhere.', ...about })
    assert.match(page.ends[0] ?? '', /another one began/)
  })

  test('past the limit the hub’s words stand there, and it can be called here instead', async (t) => {
    const page = openCall(t)
    await page.call.start()
    const detail = 'You are in a call elsewhere.'
    page.hear({ ...refusal, code: 'rate_limited', detail, request_id: page.call.id })
    assert.deepEqual([page.call.status, page.call.note, page.call.offer], ['failed', detail, 'replace'])
    page.tick(60_000)
    assert.equal(page.sent.length, 1)
    await page.call.start(true)
    assert.deepEqual(page.sent.at(-1), { type: 'call.start', call_id: page.call.id, replace: true })
    page.state('open')
    assert.deepEqual([page.call.status, page.call.note], ['listening', ''])
  })

  for (const code of ['speech_unavailable', 'not_allowed'])
    test(`${code} is said in a sentence, and may be tried again`, async (t) => {
      const page = openCall(t)
      await page.call.start()
      const retryable = code === 'speech_unavailable'
      page.hear({ ...refusal, code, retryable, detail: 'In the hub’s words', request_id: page.call.id })
      assert.deepEqual([page.call.status, page.call.offer], ['failed', 'again'])
      assert.match(page.call.note, /^(Nobody here can hear|You may not call here)/)
    })

  test('a refusal that passes is waited out, and a hub that says nothing is asked again', async (t) => {
    const page = openCall(t)
    await page.call.start()
    page.hear({
      ...refusal,
      code: 'store_unavailable',
      detail: 'The store is away',
      request_id: page.call.id,
    })
    assert.deepEqual([page.call.status, page.call.note], ['connecting', 'The store is away'])
    page.tick(2_000)
    assert.equal(page.sent.length, 2)
    page.tick(5_500)
    assert.equal(page.sent.length, 3)
  })

  test('errors about something else are not the call’s', async (t) => {
    const page = openCall(t)
    await page.open()
    page.hear({ ...refusal, code: 'rate_limited', detail: 'Too fast' })
    page.hear({ ...refusal, code: 'rate_limited', detail: 'Too fast', request_id: 'another' })
    assert.equal(page.call.status, 'listening')
  })

  test('without a microphone nothing is asked of the hub, and it says why', async (t) => {
    const page = openCall(t)
    page.hub.problem = 'No microphone was found.'
    await page.call.start()
    assert.deepEqual(
      [page.call.status, page.call.note, page.sent],
      ['failed', 'No microphone was found.', []],
    )
    page.hub.problem = ''
    await page.call.start()
    assert.equal(page.sent.length, 1)
  })

  test('muted, nothing is heard; a microphone that is gone mutes, and comes back with unmuting', async (t) => {
    const page = openCall(t)
    await page.open()
    await page.call.setMuted(true)
    page.listen(2, 1)
    assert.deepEqual([page.call.status, page.asked('call.transcribe')], ['muted', []])
    await page.call.setMuted(false)
    page.lose()
    assert.deepEqual([page.call.status, page.call.isMuted], ['muted', true])
    assert.match(page.call.note, /The microphone is gone/)
    page.hub.problem = 'No microphone was found.'
    await page.call.setMuted(false)
    assert.deepEqual([page.call.status, page.call.note], ['muted', 'No microphone was found.'])
    page.hub.problem = ''
    await page.call.setMuted(false)
    page.listen(1)
    page.listen(2, 1)
    assert.deepEqual([page.call.note, page.asked('call.transcribe').length], ['', 1])
  })

  test('a microphone that is wanted twice while the browser asks is opened once, muted where that is meant', async (t) => {
    const page = openCall(t)
    const { call, microphones } = page
    const started = call.start()
    await Promise.all([call.setMuted(true), call.setMuted(false), call.setMuted(true), started])
    assert.deepEqual(microphones, ['open', 'muted'])
    call.end()
    assert.deepEqual(microphones, ['open', 'muted', 'closed'])
  })

  test('hushed, the answer ends where it was heard to', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('Tell me')
    page.answer(long)
    await page.speak()
    page.call.hush()
    assert.deepEqual([page.interrupted, page.playing], [[['request 1', 0]], []])
    assert.equal(page.call.status, 'listening')
  })

  test('where the words cannot be had, that is said, and the call goes on', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    const failed = { type: 'call.failed', call_id: page.call.id, question: 0 } as const
    page.hear({ ...failed, code: 'backend_refused', detail: 'It would not', retryable: false })
    assert.match(page.call.note, /^What you said could not be written down/)
    assert.deepEqual([page.said, page.call.status], [[], 'listening'])
  })
})
