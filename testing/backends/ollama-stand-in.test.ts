import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from './fault.ts'
import { type OllamaStandIn, startOllamaStandIn } from './ollama-stand-in.ts'
import { fieldShape, readRecording, replay, wireShape } from './recorded-exchange.ts'

const LITERAL_FIELDS = ['error', 'role', 'done_reason', 'status', 'version']

const RECORDED_MODELS = [
  'tiny',
  'slow',
  'loop',
  { name: 'closing', canContinue: false },
  { name: 'thinker', canThink: true, script: { thoughts: 10 } },
]

const BUSY = 'server busy, please try again.  maximum pending requests exceeded'
const RUNNER_DIED = 'an error was encountered while running the model: unexpected EOF'

/** Every recording of the native API, with the fault that makes the stand-in do the same. */
const RECORDINGS: [name: string, fault?: Fault][] = [
  ['version'],
  ['tags'],
  ['show-unknown-model'],
  ['ps-nothing-loaded'],
  ['chat-first-call-loads'],
  ['chat-length'],
  ['chat-stop'],
  ['chat-continues-begun-answer'],
  ['chat-begins-again-with-closing-template'],
  ['chat-render-only'],
  ['chat-not-streamed'],
  ['chat-unknown-model'],
  ['chat-thinking-refused'],
  ['chat-thinking'],
  ['chat-thinking-continues'],
  ['chat-bad-json'],
  ['chat-wrong-type'],
  ['chat-no-body'],
  ['chat-no-model'],
  ['chat-bad-option'],
  ['chat-unknown-option'],
  ['chat-load'],
  ['chat-unload'],
  ['chat-keep-alive-zero'],
  ['chat-over-context'],
  ['chat-over-context-many-messages'],
  ['chat-over-context-not-truncated'],
  ['unknown-path'],
  ['chat-wrong-method'],
  ['pull-fails'],
  ['pull-fails-not-streamed'],
  ['chat-server-busy', { kind: 'status', status: 503, message: BUSY }],
  ['chat-runner-killed', { kind: 'error-line', afterTokens: 8, message: RUNNER_DIED }],
  ['chat-server-stopped', { kind: 'reset', afterTokens: 8 }],
  ['chat-repeating-token', { kind: 'end-early', afterTokens: 8 }],
]

for (const [name, fault] of RECORDINGS) {
  test(`the stand-in answers as Ollama did in ${name}`, async () => {
    const standIn = await startRecordedStandIn()
    try {
      await standIn.setFault(fault)
      const recorded = readRecording(name)
      const answered = await replay(standIn.url, recorded.request)
      assert.deepEqual(wireShape(answered, LITERAL_FIELDS), wireShape(recorded, LITERAL_FIELDS))
    } finally {
      await standIn.stop()
    }
  })
}

test('the stand-in lists a loaded model as Ollama does, and no longer once it is unloaded', async () => {
  const standIn = await startRecordedStandIn()
  try {
    await replay(standIn.url, readRecording('chat-load').request)
    assert.deepEqual(standIn.loadedModels(), ['tiny:latest'])
    const recorded = readRecording('ps-loaded')
    const answered = await replay(standIn.url, recorded.request)
    const one = JSON.parse(recorded.chunks[0]?.text ?? '').models[0]
    const other = JSON.parse(answered.chunks[0]?.text ?? '').models[0]
    assert.deepEqual(fieldShape(other, '', []), fieldShape(one, '', []))
    await replay(standIn.url, readRecording('chat-unload').request)
    assert.deepEqual(standIn.loadedModels(), [])
  } finally {
    await standIn.stop()
  }
})

test('the stand-in shows of a model nothing that Ollama does not show', async () => {
  const standIn = await startRecordedStandIn()
  try {
    const recorded = readRecording('show')
    const answered = await replay(standIn.url, recorded.request)
    const real = JSON.parse(recorded.chunks.map(({ text }) => text).join(''))
    const shown = JSON.parse(answered.chunks.map(({ text }) => text).join(''))
    for (const [field, value] of Object.entries({ ...shown, ...shown.model_info })) {
      const known = real[field] ?? real.model_info[field]
      assert.equal(typeof value, typeof known, field)
    }
    assert.equal(shown.model_info['llama.context_length'], 2048)
  } finally {
    await standIn.stop()
  }
})

test('the stand-in says the very tokens that were recorded, begun answers included', async () => {
  const standIn = await startRecordedStandIn()
  try {
    for (const name of [
      'chat-length',
      'chat-continues-begun-answer',
      'chat-begins-again-with-closing-template',
    ]) {
      const recorded = readRecording(name)
      const answered = await replay(standIn.url, recorded.request)
      assert.deepEqual(contentOf(answered), contentOf(recorded), name)
    }
  } finally {
    await standIn.stop()
  }
})

function startRecordedStandIn(): Promise<OllamaStandIn> {
  return startOllamaStandIn({ models: RECORDED_MODELS, script: { tokens: 3_000, ratePerSecond: 0 } })
}

function contentOf({ chunks }: { chunks: { text: string }[] }): string[] {
  return chunks.map(({ text }) => JSON.parse(text).message.content)
}
