import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from '../store/store.ts'
import { adviceThatLooks } from './models-menu.ts'

const user: User = { id: 'u', name: 'Mia', kind: 'member', role: 'user', email: null, createdAt: 1 }
const models = { models: [], backends: [{ name: 'ollama', kind: 'ollama', status: 'down' }] } as const

const adviceFor = (who: Partial<User>) =>
  String(adviceThatLooks({ models: [...models.models], backends: [...models.backends] }, { ...user, ...who }))

test('how to add a model is told to those who can: admins, and guests on the machine itself', () => {
  for (const who of [{ role: 'admin' }, { kind: 'guest' }] as const)
    assert.match(adviceFor(who), /Install .*Ollama/)
  assert.doesNotMatch(adviceFor({}), /Install/)
  assert.match(adviceFor({}), /The owner of this house can add one/)
})
