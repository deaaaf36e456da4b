import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { MemoryStorage } from '../../testing/browser/browser-parts.ts'
import { Drafts } from './kept.ts'

const user = uuidv7()

suite('drafts', () => {
  test('a draft is found after a reload, by its conversation alone, until it is empty', () => {
    const storage = new MemoryStorage()
    const drafts = new Drafts(storage, user)
    drafts.keep('one', 'half a sentence')
    drafts.keep('two', 'other')
    const after = new Drafts(storage, user)
    assert.deepEqual([after.of('one'), after.of('two'), after.of('three')], ['half a sentence', 'other', ''])
    assert.equal(new Drafts(storage, uuidv7()).of('one'), '')
    after.keep('one', '')
    assert.equal(drafts.of('one'), '')
    assert.equal(drafts.of('two'), 'other')
  })

  test('the thirty that were changed last are kept, and none that is too long', () => {
    const drafts = new Drafts(new MemoryStorage(), user)
    for (let count = 0; count < 30; count += 1) drafts.keep(`c${count}`, `draft ${count}`)
    drafts.keep('c0', 'changed')
    drafts.keep('c30', 'one more')
    assert.equal(drafts.of('c1'), '')
    assert.equal(drafts.of('c0'), 'changed')
    assert.equal(drafts.of('c30'), 'one more')
    drafts.keep('long', 'x'.repeat(64_000))
    assert.equal(drafts.of('long').length, 64_000)
    drafts.keep('long', 'x'.repeat(64_001))
    assert.equal(drafts.of('long'), '')
  })

  test('spoilt, full or forbidden storage is no draft and no error', () => {
    for (const text of ['', '{', '{}', '[null,["one"],["one",1],[1,"x"]]']) {
      const storage = new MemoryStorage()
      storage.setItem(`companions.drafts.${user}`, text)
      const drafts = new Drafts(storage, user)
      assert.equal(drafts.of('one'), '')
      drafts.keep('one', 'kept')
      assert.equal(drafts.of('one'), 'kept')
      storage.fits = 10
      drafts.keep('two', 'no room')
      assert.equal(drafts.of('one'), 'kept')
    }
    const drafts = new Drafts(undefined, user)
    drafts.keep('one', 'kept nowhere')
    assert.equal(drafts.of('one'), '')
  })
})
