import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { fastify } from 'fastify'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { ModelsAnswer } from '../../bus/contract/models.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Assets } from '../../server/assets/assets.ts'
import type { House } from '../../server/house.ts'
import { registerPages } from '../../server/pages/pages.ts'
import { openStore } from '../../server/store/open-store.ts'
import type { Store, User } from '../../server/store/store.ts'

/** The pages over a real store, with nobody on the bus; `visitor` is who asks, null for a stranger. */
export interface OpenHouse {
  readonly app: FastifyInstance
  readonly store: Store
  visitor: User | null
  models: ModelsAnswer
  /** Whether people can call here. */
  canCall: () => Promise<boolean>
  /** Notices that went to sockets, as `kind conversation`. */
  readonly notices: string[]
  addPerson(name: string): Promise<User>
  close(): Promise<void>
}

export async function openHouse(): Promise<OpenHouse> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pages-'))
  const store = await openStore(`sqlite:${path.join(folder, 'store.db')}`)
  await store.migrate()
  const app = fastify()
  const open: OpenHouse = {
    app,
    store,
    visitor: null,
    models: { models: [], backends: [] },
    canCall: async () => false,
    notices: [],
    addPerson: async (name) => {
      const user: User = {
        id: uuidv7(),
        name,
        kind: 'guest',
        role: 'user',
        email: null,
        createdAt: Date.now(),
      }
      await store.accounts.createUser(user)
      return user
    },
    close: async () => {
      await app.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  app.decorateRequest('user', null)
  app.addHook('onRequest', async (request) => {
    request.user = open.visitor
  })
  registerPages(app, houseOf(open))
  return open
}

const houseOf = (open: OpenHouse): House => ({
  config: { maxMessageLength: 32_000 } as House['config'],
  store: open.store,
  bus: {} as Bus,
  assets: plainAssets,
  providers: [],
  version: { version: '1.2.3', commit: 'abcdef1', built_at: '2026-01-01T00:00:00Z' },
  models: async () => open.models,
  canCall: () => open.canCall(),
  notify: (_userId, notice) => open.notices.push(`${notice.kind} ${notice.conversation_id}`),
})

const plainAssets: Assets = {
  url: (name) => `/assets/${name}`,
  importMap: '{"imports":{}}',
  importMapHash: 'sha256-none',
  preloads: () => [],
}

/** What was said and answered, for `converse`. */
export interface Exchange {
  readonly said: string
  readonly answer?: string
  readonly model?: string
  readonly at?: number
}

/** Has a person say one thing and get an answer. Without `answer` the request is left open. */
export async function converse(
  store: Store,
  user: User,
  { said, answer, model = 'tiny', at = Date.now() }: Exchange,
  under: { conversationId: string; parentId: string | null } = { conversationId: uuidv7(), parentId: null },
): Promise<{ conversationId: string; messageId: string; requestId: string }> {
  const [messageId, requestId] = [uuidv7(at), uuidv7(at + 1)]
  const { conversationId, parentId } = under
  const ids = { request_id: requestId, conversation_id: conversationId }
  await store.requests.accept({
    userId: user.id,
    send: { kind: 'send', ...ids, message_id: messageId, parent_id: parentId, message: said },
    now: at,
    leaseUntil: at + 60_000,
    limits: { open: 32, running: 8 },
  })
  if (answer !== undefined) {
    await store.requests.recordFinal(
      {
        ...ids,
        user_id: user.id,
        attempt: 1,
        model,
        backend: 'stand-in',
        content: answer,
        thoughts: '',
        cues: [],
        finish_reason: 'stop',
        usage: {},
        timings: { duration_ms: 1_000 },
        timestamp: at / 1000,
      },
      at,
    )
  }
  return { conversationId, messageId, requestId }
}
