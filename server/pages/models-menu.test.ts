import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendInfo, ModelInfo } from '../../bus/contract/models.ts'
import type { User } from '../store/store.ts'
import { adviceThatLooks, modelsAnew } from './models-menu.ts'

const user: User = { id: 'u', name: 'Mia', kind: 'member', role: 'user', email: null, createdAt: 1 }
const ollama: BackendInfo = { name: 'ollama', kind: 'ollama', status: 'down' }

const adviceFor = (who: Partial<User>, backends: BackendInfo[] = [ollama]) =>
  String(adviceThatLooks({ models: [], backends }, { ...user, ...who }))

test('how to add a model is told to those who can: admins, and guests on the machine itself', () => {
  for (const who of [{ role: 'admin' }, { kind: 'guest' }] as const)
    assert.match(adviceFor(who), /Install .*Ollama/)
  assert.doesNotMatch(adviceFor({}), /Install/)
  assert.match(adviceFor({}), /The owner of this house can add one/)
})

test('whoever set a server up reads what is wrong with that one, and not how to install another', () => {
  const detail = 'Nothing answers at http://gpu:8000/v1 (OPENAI_BASE_URL).'
  const openai: BackendInfo = { name: 'openai', kind: 'openai', status: 'down', detail }
  const advice = adviceFor({ role: 'admin' }, [openai])
  assert.match(advice, /OpenAI-compatible server: .*http:\/\/gpu:8000\/v1 \(<code>OPENAI_BASE_URL<\/code>\)/)
  assert.doesNotMatch(advice, /Ollama/)
  const empty = adviceFor({ role: 'admin' }, [{ ...openai, status: 'up' }])
  assert.match(empty, /OpenAI-compatible server: reachable, but it has no model/)
  assert.match(adviceFor({ role: 'admin' }, [openai, { ...ollama, status: 'up' }]), /ollama pull/)
})

test('an Ollama that was set up and does not answer is named with its address, and its setting as code', () => {
  const detail = 'Nothing answers at http://gpu:11434 (OLLAMA_BASE_URL).'
  const advice = adviceFor({ role: 'admin' }, [{ ...ollama, detail }])
  assert.match(advice, /http:\/\/gpu:11434 \(<code>OLLAMA_BASE_URL<\/code>\)\./)
  assert.doesNotMatch(advice, /(?<!<code>)OLLAMA_BASE_URL/)
})

test('where a server is looked for is told to nobody who could not change that', () => {
  const detail = 'Nothing answers at http://gpu:11434 (OLLAMA_BASE_URL).'
  const menuFor = (who: Partial<User>) =>
    String(modelsAnew({ models: [], backends: [{ ...ollama, detail }] }, '', { ...user, ...who }))
  assert.match(menuFor({ role: 'admin' }), /gpu:11434/)
  assert.doesNotMatch(menuFor({}), /gpu/)
  assert.match(menuFor({}), /Not reachable at the moment/)
})

test('what keeps a server from answering stands once in the menu, below where there is no model', () => {
  const detail = 'Nothing answers at http://gpu:11434 (OLLAMA_BASE_URL).'
  const menu = (models: ModelInfo[], backends: BackendInfo[]) =>
    String(modelsAnew({ models, backends }, '', { ...user, role: 'admin' })).split('<span id="model-name"')[0]
  const timesIn = (words = '') => words.split('Nothing answers').length - 1
  const openai: BackendInfo = { name: 'openai', kind: 'openai', status: 'up' }
  assert.equal(timesIn(menu([], [{ ...ollama, detail }])), 1)
  assert.equal(timesIn(menu([], [{ ...openai, status: 'down', detail }])), 1)
  assert.equal(timesIn(menu([{ id: 'tiny', backend: 'openai' }], [openai, { ...ollama, detail }])), 1)
})

test('where no worker answers nobody is told to install a model', () => {
  for (const who of [{ role: 'admin' }, {}] as const) {
    assert.match(adviceFor(who, []), /No worker answers .*What you say is kept/)
    assert.doesNotMatch(adviceFor(who, []), /Ollama|can add one/)
  }
  assert.match(adviceFor({ role: 'admin' }, []), /npm start/)
  assert.doesNotMatch(adviceFor({}, []), /npm start/)
})
