import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { renderMarkdown } from './markdown.ts'
import { rememberRendered, renderedReplies } from './rendered-replies.ts'

/** Remembers a renderer that says how often it was asked. */
function counting(maxBytes: number) {
  const asked: string[] = []
  const replies = rememberRendered((source) => {
    asked.push(source)
    return source.padEnd(100)
  }, maxBytes)
  const render = (source: string, conversationId = 'one', userId = 'mia') =>
    replies.render({ userId, conversationId }, source)
  return { render, forget: replies.forget, forgetPerson: replies.forgetPerson, asked }
}

describe('rendered replies', () => {
  test('are rendered once and are the same the second time', () => {
    const { render, asked } = counting(100_000)
    assert.equal(render('one'), render('one'))
    render('two')
    assert.deepEqual(asked, ['one', 'two'])
    const source = '**bold** and `code`'
    const of = { userId: 'mia', conversationId: 'one' }
    assert.equal(renderedReplies.render(of, source), renderMarkdown(source))
    assert.equal(renderedReplies.render(of, source), renderMarkdown(source))
  })

  test('are forgotten past the bound, the longest unused first', () => {
    const { render, asked } = counting(400 * 20)
    const sources = Array.from({ length: 20 }, (_, index) => `reply ${index}`)
    for (const source of sources) render(source)
    render('reply 0')
    assert.equal(asked.length, 20)
    render('one too many')
    render('reply 0')
    assert.equal(asked.length, 21)
    render('reply 1')
    assert.equal(asked.length, 22)
  })

  test('are forgotten with their conversation, and leave its room to others', () => {
    const { render, forget, asked } = counting(400 * 20)
    for (let index = 0; index < 19; index += 1) render(`reply ${index}`)
    render('kept', 'two')
    forget('one')
    for (let index = 20; index < 39; index += 1) render(`reply ${index}`, 'two')
    render('kept', 'two')
    assert.equal(asked.length, 39)
    render('reply 0')
    assert.equal(asked.length, 40)
  })

  test('are forgotten with their person, whose name begins like another’s', () => {
    const { render, forgetPerson, asked } = counting(100_000)
    for (const userId of ['mia', 'miara']) render('one', 'a', userId)
    forgetPerson('mia')
    render('one', 'a', 'miara')
    assert.equal(asked.length, 2)
    render('one', 'a', 'mia')
    assert.equal(asked.length, 3)
  })

  test('that are large push none of the others out', () => {
    const { render, asked } = counting(400 * 20)
    const huge = 'huge'.repeat(25_000)
    for (const source of ['small', huge, huge, 'small']) render(source)
    assert.deepEqual(asked, ['small', huge, huge])
  })
})
