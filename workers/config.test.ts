import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readWorkerConfig, workerVariables } from './config.ts'

describe('the worker’s settings', () => {
  test('have defaults for everything', () => {
    const config = readWorkerConfig({})
    assert.equal(config.ollamaUrl, 'http://127.0.0.1:11434')
    assert.equal(config.maxReplyLength, 200_000)
    assert.equal(config.openaiUrl, undefined)
    assert.deepEqual(config.ollamaWaitModels, [])
  })

  for (const [given, url] of [
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:9999', 'http://127.0.0.1:9999'],
    [':9999', 'http://127.0.0.1:9999'],
    ['gpu.lan', 'http://gpu.lan:11434'],
    ['[::]:9999', 'http://[::1]:9999'],
    ['http://gpu.lan', 'http://gpu.lan'],
    ['https://gpu.lan/ollama/', 'https://gpu.lan/ollama'],
  ] as const) {
    test(`take ${given} as Ollama’s address`, () => {
      assert.equal(readWorkerConfig({ OLLAMA_HOST: given }).ollamaUrl, url)
    })
  }

  test('take the first name that is set', () => {
    const both = { OLLAMA_BASE_URL: 'http://one', OLLAMA_HOST: 'two', DEFAULT_OLLAMA_MODEL: 'tiny' }
    assert.equal(readWorkerConfig(both).ollamaUrl, 'http://one')
    assert.equal(readWorkerConfig({ ...both, OLLAMA_BASE_URL: ' ' }).ollamaUrl, 'http://two:11434')
    assert.equal(readWorkerConfig(both).defaultModel, 'tiny')
  })

  for (const [name, value, takes] of [
    ['TOKEN_TIMEOUT', 'soon', /TOKEN_TIMEOUT is "soon": it takes a time such as 30/],
    ['OLLAMA_TIMEOUT', '0', /OLLAMA_TIMEOUT is "0"/],
    ['OLLAMA_URL', 'ftp://x', /OLLAMA_URL is "ftp:\/\/x": it takes an address/],
    [
      'MAX_CONCURRENT_CHATS',
      'many',
      /MAX_CONCURRENT_CHATS is "many": it takes a whole number from 1 to 10,000/,
    ],
    ['MAX_REPLY_LENGTH', '9999999', /it takes a whole number from 1 to 250,000/],
    ['DEMO', 'maybe', /DEMO is "maybe": it takes one of auto, on, off/],
    ['OLLAMA_WAIT', 'perhaps', /it takes true or false/],
    ['OPENAI_BASE_URL', 'groq.com', /begins with http/],
    ['SPEECH_TO_TEXT_LANGUAGE', 'english', /it takes a language of two letters \(ISO 639-1\) such as en/],
    ['TEXT_TO_SPEECH_FORMAT', 'pcm', /it takes one of mp3, wav, opus, flac, aac/],
  ] as const) {
    test(`refuse ${name}=${value} and say what it takes`, () => {
      assert.throws(() => readWorkerConfig({ [name]: value }), { name: 'ConfigError', message: takes })
    })
  }

  test('are listed with a meaning each, and no name twice', () => {
    const names = workerVariables.flatMap(({ name, aliases }) => [name, ...aliases])
    assert.equal(new Set(names).size, names.length)
    for (const { meaning } of workerVariables) assert.match(meaning, /\w.*\.$/)
  })
})
