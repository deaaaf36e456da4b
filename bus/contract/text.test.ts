import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { truncate, wellFormed, withoutControls } from './text.ts'

const anyText = fc.string({ unit: fc.constantFrom('a', '🌸', '\ud83d', '\udf38', '\n', '\u0000', 'é') })

suite('text', () => {
  test('is well-formed and as long as before once it was made so', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const formed = wellFormed(text)
        assert.ok(formed.isWellFormed())
        assert.equal(formed.length, text.length)
        if (text.isWellFormed()) assert.equal(formed, text)
      }),
    )
  })

  test('is cut to a length without splitting a pair', () => {
    fc.assert(
      fc.property(anyText.map(wellFormed), fc.nat(20), (text, length) => {
        const cut = truncate(text, length)
        assert.ok(cut.isWellFormed())
        assert.ok(text.startsWith(cut))
        assert.ok(cut.length <= length && cut.length >= Math.min(text.length, length) - 1)
      }),
    )
  })

  test('loses control characters, keeps tabs and lines, and has one kind of line end', () => {
    assert.equal(withoutControls('a\u0000b\u001b[31m\tc\r\nd\re\u0085f\u007f'), 'ab[31m\tc\nd\nef')
    const spared = 'emoji 👩‍👩‍👧, \u200fRTL, \u00adsoft, 中文'
    assert.equal(withoutControls(spared), spared)
  })
})
