import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { useAdmin } from '../../../testing/accounts/use-admin.ts'
import { audit } from '../../accounts/audit.ts'

const stage = useAdmin()

test('the log says in words what was done', async () => {
  const { rooms } = stage.hub.app
  const entries = [
    [{ act: 'sign-in-refused', facts: { reason: 'recovery_code' } }, 'reason: wrong or used recovery code'],
    [
      { act: 'sign-in-refused', facts: { by: 'passkey', times: 7, scattered: true } },
      'with a passkey, 7 times, from many addresses',
    ],
    [{ act: 'sign-in', facts: { issuer: 'https://id.example/o/' } }, 'with id.example'],
    [{ act: 'sign-up', facts: { by: 'passkey' } }, 'with a passkey'],
    [{ act: 'account-deleted', facts: { by: 'house' } }, 'the house, a guest nobody came back to'],
    [{ act: 'session-ended', facts: { ended: 1 } }, ', 1 session<'],
    [{ act: 'role-changed', facts: { before: 'user', role: 'admin' } }, 'from Member to Administrator'],
    [{ act: 'invitation-made', facts: { role: 'premium', days: 7 } }, 'good for 7 days, as Premium member'],
    [
      { act: 'api-key-made', facts: { prefix: 'cmp_a', scopes: 'read-own' } },
      'cmp_a…, may read conversations',
    ],
    [
      {
        act: 'house-setting-changed',
        facts: { rule: 'MESSAGES_PER_MINUTE', value: 'user=60,premium=1200,admin=0' },
      },
      'Messages a minute: Member 60, Premium member 1,200, Administrator no limit',
    ],
    [
      { act: 'house-setting-changed', facts: { rule: 'SIGN_UP', value: 'closed' } },
      'who may sign up: nobody new',
    ],
    [
      {
        act: 'house-setting-changed',
        facts: { rule: 'UPLOADS_PER_DAY', value: 'user=64,premium=128,admin=0' },
      },
      'Uploads a day: Member 64, Premium member 128, Administrator no limit',
    ],
    [
      {
        act: 'house-setting-changed',
        facts: { rule: 'CONCURRENT_CALLS', value: 'user=0,premium=1,admin=2' },
      },
      'Calls at once: Member none, Premium member 1, Administrator 2',
    ],
    [
      { act: 'conversations-imported', facts: { conversations: 1, messages: 12 } },
      '1 conversation, 12 messages',
    ],
    [{ act: 'sign-in', facts: { tomorrow: 'unheard of' } }, 'tomorrow: unheard of'],
  ] as const
  for (const [entry, words] of entries) {
    await audit(rooms, entry)
    const newest = (await (await stage.get('/admin/log')).text()).split('class="ledger-row"')[1] ?? ''
    assert.ok(newest.includes(words), newest)
  }
})

test('the log is filtered by person and by act', async () => {
  const mika = await stage.hub.signIn('member')
  await stage.post(`/admin/people/${mika.user.id}/role`, { role: 'premium' })
  await stage.post(`/admin/people/${mika.user.id}/sign-out`)
  const rows = async (query: string) =>
    ((await (await stage.get(`/admin/log?${query}`)).text()).match(/class="ledger-row"/g) ?? []).length
  assert.equal(await rows(`person=${mika.user.id}`), 2)
  assert.equal(await rows(`person=${mika.user.id}&act=role-changed`), 1)
  assert.equal(await rows(`person=${uuidv7()}`), 0)
  assert.equal((await stage.get('/admin/log?before=nonsense')).status, 400)
})
