import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from './fault.ts'
import { type OpenaiStandIn, type OpenaiStandInOptions, startOpenaiStandIn } from './openai-stand-in.ts'
import { readRecording, replay, wireShape } from './recorded-exchange.ts'

const LITERAL_FIELDS = ['role', 'type', 'finish_reason', 'object', 'system_fingerprint']

/** Every recording of Ollama's OpenAI endpoint, with the fault that makes the stand-in do the same. */
const RECORDINGS: [name: string, fault?: Fault][] = [
  ['openai-models'],
  ['openai-stream'],
  ['openai-stream-with-usage'],
  ['openai-continues-begun-answer'],
  ['openai-thinking'],
  ['openai-not-streamed'],
  ['openai-unknown-model'],
  ['openai-bad-json'],
  ['openai-server-busy', { kind: 'status', status: 503, message: 'server busy' }],
  ['openai-repeating-token', { kind: 'end-early', afterTokens: 8 }],
  ['openai-runner-killed', { kind: 'error-line', afterTokens: 5, message: 'not told on this wire' }],
]

const RECORDED: OpenaiStandInOptions = {
  dialect: 'ollama',
  models: [
    { name: 'tiny' },
    { name: 'slow' },
    { name: 'loop' },
    { name: 'thinker', script: { thoughts: 10 } },
  ],
  script: { tokens: 3_000, ratePerSecond: 0 },
}

for (const [name, fault] of RECORDINGS) {
  test(`the stand-in answers as Ollama did in ${name}`, () =>
    withStandIn(RECORDED, async (standIn) => {
      await standIn.setFault(fault)
      const recorded = readRecording(name)
      const answered = await replay(standIn.url, recorded.request)
      assert.deepEqual(wireShape(answered, LITERAL_FIELDS), wireShape(recorded, LITERAL_FIELDS))
    }))
}

test('a server of the vLLM kind goes on with a begun answer only when both flags ask for it', () =>
  withStandIn({ prefix: '/llm/v1', script: { tokens: 5, ratePerSecond: 0 } }, async (standIn) => {
    const begun = { role: 'assistant', content: ' t0 t1 t2' }
    const flags = { continue_final_message: true, add_generation_prompt: false }
    assert.equal(await contentOf(standIn, begun, flags), ' t3 t4')
    assert.equal(await contentOf(standIn, begun, {}), ' t0 t1 t2 t3 t4')
    const both = await complete(standIn, begun, { continue_final_message: true })
    assert.equal(both.status, 400)
  }))

test('a server of the strict kind refuses a field it does not know', () =>
  withStandIn({ dialect: 'strict' }, async (standIn) => {
    const refused = await complete(standIn, undefined, { continue_final_message: true })
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /continue_final_message/)
    assert.equal((await complete(standIn, undefined, {})).status, 200)
  }))

test('a key that is asked for and not given is refused with 401 on every path', () =>
  withStandIn({ apiKey: 'right' }, async (standIn) => {
    assert.equal((await fetch(`${standIn.baseUrl}/models`)).status, 401)
    assert.equal((await complete(standIn, undefined, {})).status, 401)
    const models = await fetch(`${standIn.baseUrl}/models`, { headers: { authorization: 'Bearer right' } })
    assert.equal(models.status, 200)
  }))

test('thinking comes in the field of the dialect, before the answer', () =>
  withStandIn({ script: { thoughts: 2, tokens: 1, ratePerSecond: 0 } }, async (standIn) => {
    const text = await (await complete(standIn, undefined, { stream: true })).text()
    const deltas = text.matchAll(/"delta":(\{[^}]*\})/g)
    assert.deepEqual(
      [...deltas].map(([, delta]) => JSON.parse(delta ?? '')),
      [
        { role: 'assistant', content: '' },
        { reasoning_content: ' h0' },
        { reasoning_content: ' h1' },
        { content: ' t0' },
        { content: '' },
      ],
    )
  }))

test('too many requests are answered with 429 and when to come again, as often as was said', () =>
  withStandIn({}, async (standIn) => {
    const fault: Fault = { kind: 'status', status: 429, message: 'slow down', retryAfterSeconds: 3 }
    await standIn.setFault(fault, { requests: 1 })
    const refused = await complete(standIn, undefined, {})
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '3')
    assert.equal((await complete(standIn, undefined, {})).status, 200)
  }))

async function withStandIn(options: OpenaiStandInOptions, run: (standIn: OpenaiStandIn) => Promise<void>) {
  const standIn = await startOpenaiStandIn(options)
  try {
    await run(standIn)
  } finally {
    await standIn.stop()
  }
}

function complete(standIn: OpenaiStandIn, begun: object | undefined, fields: object): Promise<Response> {
  const messages = [{ role: 'user', content: 'count' }, ...(begun === undefined ? [] : [begun])]
  return fetch(`${standIn.baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'counting', messages, ...fields }),
  })
}

async function contentOf(standIn: OpenaiStandIn, begun: object, fields: object): Promise<string> {
  const answer = (await (await complete(standIn, begun, fields)).json()) as {
    choices: { message: { content: string } }[]
  }
  return answer.choices[0]?.message.content ?? ''
}
