import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HistoryMessage } from '../../bus/contract/history.ts'
import { fitContext } from './context.ts'
import { estimateTokens } from './estimate-tokens.ts'

const companion = { name: 'Aoi', system_prompt: 'You are kind.' }
const turns = (count: number, length: number): HistoryMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: `${index} ${'word '.repeat(length / 5)}`,
  }))

describe('a conversation', () => {
  test('that fits goes to the model whole', () => {
    const messages = turns(5, 50)
    assert.deepEqual(fitContext({ messages, companion }, 4_096), { system: 'You are kind.', messages })
  })

  test('that is spoken tells the model so behind what its companion is told, and counts that', () => {
    const messages = turns(401, 50)
    const { system } = fitContext({ messages, companion }, 4_096, true)
    assert.match(system, /^You are kind\.\n\nYou are speaking .* call\. .*without Markdown/)
    const bare = { name: 'Aoi', system_prompt: '' }
    assert.match(fitContext({ messages: [], companion: bare }, 4_096, true).system, /^You are speaking/)
    assert.equal(fitContext({ messages, companion }, 4_096, false).system, 'You are kind.')
    const counted = (speak: boolean) => fitContext({ messages, companion }, 2_048, speak).messages.length
    assert.ok(counted(true) < counted(false))
  })

  test('that is too long keeps the system prompt and its newest messages, beginning with the person', () => {
    const messages = turns(41, 400)
    const prompt = fitContext({ messages, companion }, 2_048)
    assert.equal(prompt.system, 'You are kind.')
    assert.deepEqual(prompt.messages, messages.slice(-prompt.messages.length))
    assert.ok(prompt.messages.length > 3 && prompt.messages.length < 41)
    assert.equal(prompt.messages[0]?.role, 'user')
  })

  test('never exceeds the context by the estimate, in any script', () => {
    for (const text of ['word ', '日本語の文章', 'Слово ', '😀']) {
      const messages = turns(20, 200).map((turn) => ({ ...turn, content: text.repeat(60) }))
      const prompt = fitContext({ messages: messages.slice(0, 19), companion }, 2_048)
      const sum = [prompt.system, ...prompt.messages.map((one) => one.content)].map(estimateTokens)
      assert.ok(sum.reduce((a, b) => a + b) <= 2_048 * 0.75)
    }
  })

  test('with a newest message past the context keeps the beginning and the end of it', () => {
    const content = `BEGIN ${'漢字'.repeat(20_000)} END`
    const prompt = fitContext({ messages: [{ role: 'user', content }], companion }, 4_096)
    const kept = prompt.messages[0]?.content ?? ''
    assert.ok(kept.startsWith('BEGIN') && kept.endsWith('END') && kept.includes('[…]'))
    assert.ok(estimateTokens(kept) < 4_096 && kept.isWellFormed())
  })

  test('that the companion opened begins with the person coming in', () => {
    const greeting: HistoryMessage = { role: 'assistant', content: 'Hello again!' }
    const entrance = { role: 'user', content: '(I have just come in.)' }
    assert.deepEqual(fitContext({ messages: [], companion }, 4_096).messages, [entrance])
    const messages: HistoryMessage[] = [greeting, { role: 'user', content: 'Hello' }]
    assert.deepEqual(fitContext({ messages, companion }, 4_096).messages, [entrance, ...messages])
  })

  test('has neighbours of one role joined and empty messages left out', () => {
    const messages: HistoryMessage[] = [
      { role: 'user', content: 'One' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'Two' },
    ]
    assert.deepEqual(fitContext({ messages, companion }, 4_096).messages, [
      { role: 'user', content: 'One\n\nTwo' },
    ])
  })
})

test('An estimate is higher for Chinese than for English of the same length', () => {
  assert.ok(estimateTokens('漢'.repeat(100)) > 3 * estimateTokens('w'.repeat(100)))
})
