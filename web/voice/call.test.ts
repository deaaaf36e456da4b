import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import { openCall } from '../../testing/voice/call-page.ts'

const refusal = { type: 'error', retryable: true } as const
const long =
  'It is a long answer, of several sentences. This is the second one of them. And this is the third.'

suite('a call', () => {
  test('says how it stands from the tap to the answer that is heard, and to its end', async (t) => {
    const page = openCall(t)
    const { call } = page
    await call.start()
    assert.equal(call.status, 'connecting')
    assert.deepEqual(page.sent, [{ type: 'call.start', call_id: call.id }])
    page.state('open')
    page.listen(1)
    assert.equal(call.status, 'listening')
    page.listen(1, 1)
    assert.equal(call.status, 'hearing')
    page.listen(1)
    assert.equal(call.status, 'transcribing')
    page.write('Good morning')
    assert.deepEqual([page.said, call.status], [['Good morning'], 'thinking'])
    page.answer('Good morning to you too.')
    await page.speak()
    assert.equal(call.status, 'speaking')
    page.playing.shift()?.onEnd()
    await page.speak()
    page.playing.shift()?.onEnd()
    assert.equal(call.status, 'listening')
    call.end()
    assert.deepEqual(page.sent.at(-1), { type: 'call.end', call_id: call.id })
    assert.deepEqual(page.ends, [undefined])
  })

  test('words are asked for in the first pause, and are said at once if nothing follows it', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(1, 1)
    page.listen(0.4)
    assert.equal(page.asked('call.transcribe').length, 1)
    page.write('Early words')
    assert.deepEqual(page.said, [])
    page.listen(0.4)
    assert.deepEqual(page.said, ['Early words'])
    assert.equal(page.asked('call.transcribe').length, 1)
  })

  test('who goes on after a pause is asked for anew, with all that was said', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(1.4, 1)
    page.write('Half')
    page.listen(1, 1)
    page.listen(1)
    const [early, whole] = page.asked('call.transcribe')
    assert.ok(early?.type === 'call.transcribe' && whole?.type === 'call.transcribe')
    assert.equal(early.utterance, whole.utterance)
    assert.ok(whole.length > early.length + 30_000)
    page.write('Half and half')
    assert.deepEqual(page.said, ['Half and half'])
  })

  test('what is said in two breaths before the words of the first are there is one message', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    const first = page.asked('call.transcribe').at(-1)
    page.listen(0.5, 0.5)
    if (first?.type === 'call.transcribe')
      page.hear({ type: 'call.transcript', call_id: page.call.id, question: first.question, text: 'I want' })
    page.listen(1.2, 0.5)
    assert.deepEqual(page.said, [])
    page.write('to sleep')
    assert.deepEqual(page.said, ['I want to sleep'])
  })

  test('who speaks for longer than an utterance may be says one message all the same', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(25, 25)
    assert.equal(page.call.status, 'hearing')
    page.listen(4, 3)
    const questions = page.asked('call.transcribe').filter((frame) => frame.type === 'call.transcribe')
    assert.deepEqual(
      questions.map(({ utterance }) => utterance),
      [0, 1],
    )
    for (const [index, { question }] of questions.entries()) {
      const text = ['The first', 'and the second half'][index] ?? ''
      page.hear({ type: 'call.transcript', call_id: page.call.id, question, text })
    }
    assert.deepEqual(page.said, ['The first and the second half'])
  })

  test('words over an answer stop it where it was heard to, and are the next message', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('Tell me')
    page.answer(long)
    await page.speak()
    await page.speak()
    page.playing.shift()?.onEnd()
    Object.assign(page.playing[0] ?? {}, { share: 0.1 })
    page.listen(0.3, 0.3)
    assert.deepEqual(page.did.slice(-1), ['duck'])
    assert.equal(page.call.status, 'speaking')
    page.listen(0.5, 0.5)
    assert.deepEqual(page.did.slice(-1), ['pause'])
    assert.equal(page.call.status, 'hearing')
    page.listen(1)
    page.write('No, stop')
    assert.deepEqual(page.said, ['Tell me', 'No, stop'])
    const [[requestId, heardOffset] = ['', 0]] = page.interrupted
    assert.equal(requestId, 'request 1')
    assert.match(long.slice(0, heardOffset), /^It is a long( \w+)*$/)
    assert.ok(page.did.includes('stop'))
    assert.equal(page.did.at(-1), 'resume')
  })

  for (const words of ['', 'Mm-hm.', 'It is a long'])
    test(`it speaks on where over its words came ${words || 'no words'}`, async (t) => {
      const page = openCall(t)
      await page.open()
      page.listen(2, 1)
      page.write('Tell me')
      page.answer(long)
      await page.speak()
      page.listen(1, 0.4)
      page.write(words)
      assert.deepEqual([page.said.length, page.interrupted], [1, []])
      assert.deepEqual(page.did.slice(-2), ['loud', 'resume'])
      assert.equal(page.call.status, 'speaking')
    })

  test('a "yes" over the last word of an answer, which ends before it is written down, is said', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('Tell me')
    page.answer('Shall I go on?')
    await page.speak()
    page.listen(0.3, 0.3)
    page.playing.shift()?.onEnd()
    page.listen(1)
    page.write('Yes.')
    assert.deepEqual([page.said, page.interrupted], [['Tell me', 'Yes.'], []])
  })

  test('words in a gap of an answer, whose next piece is not there yet, stop it as words over it do', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('Tell me')
    page.answer('It is a long answer, of several', false)
    await page.speak()
    Object.assign(page.playing[0] ?? {}, { share: 1 })
    page.playing.shift()?.onEnd()
    page.listen(1, 0.4)
    page.write('Mm-hm.')
    assert.deepEqual([page.said.length, page.interrupted], [1, []])
    page.listen(2, 1)
    page.write('Never mind')
    assert.deepEqual(page.said, ['Tell me', 'Never mind'])
    const [[requestId, heardOffset] = ['', 0]] = page.interrupted
    assert.deepEqual([requestId, long.slice(0, heardOffset)], ['request 1', 'It is a long'])
  })

  test('where no words come within two seconds it speaks on, and late ones still interrupt it', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('Tell me')
    page.answer(long)
    await page.speak()
    page.listen(1.5, 0.8)
    assert.notEqual(page.call.status, 'speaking')
    page.tick(2_000)
    assert.equal(page.call.status, 'speaking')
    page.write('Stop it')
    assert.deepEqual(page.said, ['Tell me', 'Stop it'])
    assert.equal(page.interrupted.length, 1)
  })

  test('what is said while an answer is thought about waits behind it', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('One')
    page.listen(2, 1)
    page.write('Mm-hm.')
    assert.deepEqual([page.said, page.interrupted], [['One', 'Mm-hm.'], []])
    page.answers.set('request 1', { text: 'The first answer.', isWhole: true, isStopped: false })
    page.tick(250)
    await page.speak()
    assert.equal(page.playing[0]?.text, 'The first answer.')
  })

  test('an answer that comes while the person speaks waits until they have spoken', async (t) => {
    const page = openCall(t)
    await page.open()
    page.listen(2, 1)
    page.write('One')
    page.listen(0.5, 0.5)
    assert.equal(page.did.at(-1), 'pause')
    page.answer('The answer.')
    await page.speak()
    assert.equal(page.call.status, 'hearing')
    page.listen(1)
    page.write('')
    assert.equal(page.call.status, 'speaking')
  })

  test('an answer that somebody stops, or that will not come, is read no further', async (t) => {
    const page = openCall(t)
    await page.open()
    for (const end of [{ text: long, isWhole: true, isStopped: true }, undefined]) {
      page.listen(2, 1)
      page.write('Tell me')
      page.answer(long, false)
      await page.speak()
      if (end) page.answers.set(`request ${page.said.length}`, end)
      else page.answers.delete(`request ${page.said.length}`)
      page.tick(250)
      assert.deepEqual([page.playing, page.call.status], [[], 'listening'])
    }
    assert.deepEqual(page.interrupted, [])
  })

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
