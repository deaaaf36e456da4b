import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { Questions } from './questions.ts'

const callId = uuidv7()
const lost = { code: 'bus_unavailable', detail: 'The bus is away', retryable: true }

function page(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  t.mock.method(Math, 'random', () => 1)
  const hub = { isHere: true, asked: [] as number[] }
  const answers: string[] = []
  const questions = new Questions(callId, (frame) => {
    if (hub.isHere) hub.asked.push(frame.question)
    return hub.isHere
  })
  const say = (text: string, isReady?: () => boolean) =>
    questions.ask({
      asking: { type: 'call.say', text },
      ...(isReady && { isReady }),
      onAnswer: () => answers.push(text),
      onFailed: ({ detail }) => answers.push(`${text}: ${detail}`),
    })
  const answer = (question: number) =>
    questions.answered({ type: 'call.speech', call_id: callId, question, audio: new Uint8Array(1) })
  const asked = () => hub.asked.splice(0)
  return { hub, questions, answers, say, answer, asked, tick: (ms: number) => t.mock.timers.tick(ms) }
}

suite('questions', () => {
  test('each has a number and gets its answer once', (t) => {
    const { answers, say, answer, asked } = page(t)
    assert.deepEqual([say('one'), say('two')], [0, 1])
    assert.deepEqual(asked(), [0, 1])
    for (const question of [1, 1, 0, 7]) answer(question)
    assert.deepEqual(answers, ['two', 'one'])
  })

  test('those without an answer are asked again on another socket, with their numbers', (t) => {
    const { hub, questions, say, answer, asked } = page(t)
    for (const text of ['one', 'two', 'three']) say(text)
    answer(1)
    hub.isHere = false
    say('four')
    assert.deepEqual(asked(), [0, 1, 2])
    hub.isHere = true
    questions.restart()
    assert.deepEqual(asked(), [0, 2, 3])
  })

  test('one that fails for now is asked again, later each time, and given up after five tries', (t) => {
    const { questions, answers, say, asked, tick } = page(t)
    say('one')
    for (let failures = 0; failures < 4; failures += 1) {
      assert.deepEqual(asked(), [0])
      questions.failed({ question: 0, ...lost })
      tick(1_000)
      assert.deepEqual(asked(), [])
      tick(10_000)
    }
    questions.failed({ question: 0, ...lost })
    assert.deepEqual(answers, ['one: The bus is away'])
    tick(60_000)
    assert.deepEqual(asked(), [0])
  })

  test('one that can never succeed is given up at once', (t) => {
    const { questions, answers, say, asked, tick } = page(t)
    say('one')
    questions.failed({ question: 0, code: 'frame_invalid', detail: 'It is wrong', retryable: false })
    tick(60_000)
    assert.deepEqual([answers, asked()], [['one: It is wrong'], [0]])
  })

  test('one that nobody answers is asked again, and given up in the end', (t) => {
    const { answers, say, asked, tick } = page(t)
    say('one')
    tick(19_000)
    assert.deepEqual(asked(), [0])
    tick(2_000)
    assert.deepEqual(asked(), [0])
    for (let turn = 0; turn < 10; turn += 1) tick(20_000)
    assert.deepEqual(answers, ['one: No answer came'])
  })

  test('one that is not ready waits, and is looked at again', (t) => {
    const { questions, say, asked } = page(t)
    let isReady = false
    say('one', () => isReady)
    say('two')
    assert.deepEqual(asked(), [1])
    isReady = true
    questions.pump()
    assert.deepEqual(asked(), [0])
  })

  test('no more are asked at once than a hub takes, and the others follow', (t) => {
    const { say, answer, asked } = page(t)
    for (let number = 0; number < 9; number += 1) say(String(number))
    assert.deepEqual(asked(), [0, 1, 2, 3, 4, 5])
    answer(3)
    assert.deepEqual(asked(), [6])
  })

  test('one that was dropped is neither asked again nor answered', (t) => {
    const { questions, answers, say, answer, asked } = page(t)
    say('one')
    questions.drop(0)
    questions.restart()
    answer(0)
    assert.deepEqual([answers, asked()], [[], [0]])
  })

  test('questions about an utterance that a hub lacks are asked again once it has it', (t) => {
    const { questions, asked, say } = page(t)
    let isSent = true
    const transcribe = (utterance: number) =>
      questions.ask({
        asking: { type: 'call.transcribe', utterance, length: 640 },
        isReady: () => isSent,
        onAnswer: () => {},
        onFailed: () => {},
      })
    transcribe(0)
    transcribe(1)
    say('a piece')
    asked()
    isSent = false
    questions.missing(0)
    assert.deepEqual(asked(), [])
    isSent = true
    questions.pump()
    assert.deepEqual(asked(), [0])
  })
})
