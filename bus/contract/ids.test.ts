import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isUuid, randomToken, uuidv7 } from './ids.ts'
import { isAhead, requestOf, subjects } from './subjects.ts'

suite('ids', () => {
  test('a UUID v7 is one, carries its time, and sorts by it', () => {
    const times = [0, 1, 2 ** 32 - 1, 2 ** 32, 1_763_700_000_123, 2 ** 48 - 1]
    const ids = times.map((time) => uuidv7(time))
    for (const [index, id] of ids.entries()) {
      assert.ok(isUuid(id), id)
      assert.equal(id[14], '7')
      assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), times[index])
    }
    assert.deepEqual(ids.toSorted(), ids)
    assert.equal(new Set(Array.from({ length: 1_000 }, () => uuidv7(1))).size, 1_000)
  })

  test('nothing that could change a subject counts as an id', () => {
    const id = uuidv7()
    const wrong = [
      id.toUpperCase(),
      `${id} `,
      `${id}\n`,
      id.slice(1),
      `{${id}}`,
      '*',
      '>',
      '',
      'a.b',
      null,
      7,
      [id],
    ]
    for (const value of wrong) {
      assert.equal(isUuid(value), false)
      assert.throws(() => subjects.message(value as string), TypeError)
      assert.throws(() => subjects.stream(id, value as string), TypeError)
    }
  })

  test('a subject names its user, and gives its request back', () => {
    const [user, request] = [uuidv7(), uuidv7()]
    for (const subject of [
      subjects.stream(user, request),
      subjects.final(user, request),
      subjects.greeting(user, request),
      subjects.live(user).replace('>', request),
    ]) {
      assert.ok(subject.split('.').includes(user))
      assert.equal(requestOf(subject), request)
    }
    assert.equal(subjects.live(user), `ai.chat.live.${user}.>`)
    assert.deepEqual(
      [subjects.ahead(user, request), subjects.live(user).replace('>', request)].map(isAhead),
      [true, false],
    )
  })

  test('random tokens have 96 bits and no two are alike', () => {
    const tokens = Array.from({ length: 1_000 }, randomToken)
    assert.ok(tokens.every((token) => /^[0-9a-f]{24}$/.test(token)))
    assert.equal(new Set(tokens).size, 1_000)
  })
})
