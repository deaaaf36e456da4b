import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openVoice } from '../../testing/voice/stand-in-voice.ts'
import { heardIn, Reading } from './reading.ts'

const text =
  'Hello there, I am here. This is the second sentence of it. And this is the third one. The end is near now.'
const said = [
  'Hello there,',
  'I am here. This is the second sentence of it.',
  'And this is the third one.',
  'The end is near now.',
]

function reader(t: TestContext) {
  const voice = openVoice(t)
  const notes: string[] = []
  const reading = new Reading<string>(voice.player, voice.questions, {
    onChange: () => {},
    onUnsaid: (detail) => notes.push(detail),
  })
  return { ...voice, reading, notes }
}

suite('reading an answer aloud', () => {
  test('the pieces are asked for two ahead and played in order, whatever order their sounds come in', async (t) => {
    const { reading, asked, answer, playing, end } = reader(t)
    reading.show(text, true)
    assert.deepEqual(asked(), said.slice(0, 2))
    await answer(said[1] ?? '')
    assert.deepEqual(playing(), [])
    await answer(said[0] ?? '')
    assert.deepEqual(playing(), said.slice(0, 2))
    assert.deepEqual(asked(), said)
    assert.equal(reading.isSpeaking, true)
    for (const piece of said.slice(2)) await answer(piece)
    for (const _ of said) end()
    assert.equal(reading.isOver, true)
    assert.equal(reading.heardOffset, text.length)
  })

  test('how much was heard is known to a word while it plays', async (t) => {
    const { reading, answer, share } = reader(t)
    reading.show(text, false)
    assert.equal(reading.heardOffset, 0)
    await answer(said[0] ?? '')
    await answer(said[1] ?? '')
    share(0, 0.6)
    assert.equal(text.slice(0, reading.heardOffset), 'Hello')
    share(0, 1)
    assert.equal(text.slice(0, reading.heardOffset), 'Hello there,')
    share(1, 0.45)
    assert.equal(text.slice(0, reading.heardOffset), 'Hello there, I am here. This is')
  })

  test('an answer that is taken over in the middle is read on from what was said of it', async (t) => {
    const { reading, asked, answer, playing, end } = reader(t)
    reading.show('Hello there, I am here. This is the sec', false)
    await answer('Hello there,')
    reading.show('Hello there, I am here. And so it goes on. ', false)
    await answer('I am here. And so it goes on.')
    reading.show('Hello there, you are here. It goes on. ', false)
    assert.deepEqual(playing(), ['Hello there,', 'I am here. And so it goes on.'])
    end()
    end()
    reading.show('Hello there, you are here. It goes on. And then it ends here.', true)
    assert.ok(asked().at(-1)?.endsWith('And then it ends here.'))
  })

  test('a piece that was asked for and is not in the text any more is neither waited for nor played', async (t) => {
    const { reading, asked, answer, playing } = reader(t)
    reading.show('Hello there, I am here with you today. ', false)
    await answer('Hello there,')
    reading.show('Hello there, you are here with me today. ', false)
    await answer('I am here with you today.')
    await answer('you are here with me today.')
    assert.deepEqual(playing(), ['Hello there,', 'you are here with me today.'])
    assert.deepEqual(asked(), ['Hello there,', 'I am here with you today.', 'you are here with me today.'])
  })

  test('once stopped nothing more is asked for or played', async (t) => {
    const { reading, asked, answer, playing } = reader(t)
    reading.show(text, true)
    await answer(said[0] ?? '')
    reading.stop()
    await answer(said[1] ?? '')
    reading.show(text, true)
    assert.deepEqual([playing(), asked().length, reading.isOver], [[], 3, true])
  })

  test('where a piece cannot be said, that is told, and what plays is heard to its end', async (t) => {
    const { reading, answer, fail, playing, notes } = reader(t)
    reading.show(text, true)
    await answer(said[0] ?? '')
    fail(said[1] ?? '')
    assert.deepEqual([playing(), notes, reading.isOver], [[said[0]], ['Nobody speaks'], true])
  })

  test('an answer with nothing to say is over at once, and was heard to its end', (t) => {
    const { reading, asked } = reader(t)
    reading.show('```\ncode\n```\n', true)
    assert.deepEqual([asked(), reading.isOver], [[], true])
  })

  test('what was heard ends at a word, within the piece', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'word', 'Öl', '😀', 'longer'), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, share) => {
          const spoken = list.join(' ')
          const offset = heardIn(`Before. ${spoken}`, 8, 8 + spoken.length, share)
          assert.ok(offset >= 8 && offset <= 8 + spoken.length)
          const rest = `Before. ${spoken}`.slice(offset)
          assert.ok(offset === 8 || rest === '' || rest.startsWith(' '), rest)
        },
      ),
    )
  })
})
