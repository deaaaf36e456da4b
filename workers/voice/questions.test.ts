import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Questions } from './questions.ts'

const open = () => Promise.withResolvers<object>()

test('a question that is asked again while it is worked on is worked on once, and answered to all', async () => {
  const questions = new Questions(2)
  const work = open()
  let begun = 0
  const ask = () =>
    questions.answer('Ada', 'one', () => {
      begun += 1
      return work.promise
    })
  const asked = [ask(), ask(), ask()]
  work.resolve({ text: 'Hello' })
  assert.deepEqual(await Promise.all(asked), Array(3).fill({ text: 'Hello' }))
  assert.equal(begun, 1)
  await ask()
  assert.equal(begun, 2, 'what was answered is kept nowhere')
})

test('work that fails fails for all who asked, and may be tried again', async () => {
  const questions = new Questions(1)
  const work = open()
  const asked = [1, 2].map(() => questions.answer('Ada', 'one', () => work.promise))
  work.reject(new Error('broken'))
  for (const one of asked) await assert.rejects(one, { message: 'broken' })
  assert.deepEqual(await questions.answer('Ada', 'one', async () => ({ text: 'Hello' })), { text: 'Hello' })
})

test('past its slots a question is refused, one that is worked on already is not', async () => {
  const questions = new Questions(1)
  const work = open()
  const asked = [1, 2].map(() => questions.answer('Ada', 'one', () => work.promise))
  await assert.rejects(
    questions.answer('Ada', 'two', async () => ({})),
    { code: 'queue_full' },
  )
  work.resolve({})
  await Promise.all(asked)
  assert.deepEqual(await questions.answer('Ada', 'two', async () => ({})), {})
})

test('nobody has more than half of the slots, so that others are answered beside them', async () => {
  const questions = new Questions(4)
  const work = open()
  const ask = (person: string, question: string) => questions.answer(person, question, () => work.promise)
  const asked = [ask('Ada', 'one'), ask('Ada', 'two')]
  await assert.rejects(ask('Ada', 'three'), { code: 'queue_full' })
  asked.push(ask('Ben', 'one'), ask('Ada', 'one'))
  work.resolve({})
  await Promise.all(asked)
  assert.deepEqual(await questions.answer('Ada', 'three', async () => ({})), {})
})

test('whoever leaves lets go of its work, refuses what comes yet, and has settled', async () => {
  const questions = new Questions(1)
  const asked = questions.answer(
    'Ada',
    'one',
    (released) =>
      new Promise((_, reject) => released.addEventListener('abort', () => reject(released.reason))),
  )
  const settled = questions.settled()
  questions.releaseAll()
  await assert.rejects(asked, { code: 'queue_full' })
  await assert.rejects(
    questions.answer('Ada', 'two', async () => ({})),
    { code: 'queue_full' },
  )
  await settled
})
