import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { isUuid } from '../../bus/contract/ids.ts'
import { requireUser } from '../accounts/identify.ts'
import type { Rooms } from '../house.ts'
import type { Message } from '../store/store.ts'

const defaultLimit = 50
const maxLimit = 200

/** Query of a paged list: how many, and the `next_cursor` of the page before. */
const PageQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
})
const pageQuery = checker(PageQuery)

/** `GET /v1/sessions` and `/v1/sessions/:id/messages`: a person's conversations as JSON, newest pages first. */
export function registerSessions(app: FastifyInstance, { store }: Rooms): void {
  app.get('/v1/sessions', async (request, reply) => {
    const user = requireUser(request, 'read-own')
    const { items, next } = await store.conversations.list(user.id, readPage(request.query))
    reply.header('cache-control', 'no-store')
    return {
      sessions: items.map(({ id, title, createdAt, updatedAt, messageCount }) => ({
        id,
        title,
        created_at: isoTime(createdAt),
        updated_at: isoTime(updatedAt),
        message_count: messageCount,
      })),
      next_cursor: next ?? null,
    }
  })

  app.get<{ Params: { id: string } }>('/v1/sessions/:id/messages', async (request, reply) => {
    const user = requireUser(request, 'read-own')
    const { id } = request.params
    const page = readPage(request.query)
    const path = isUuid(id) ? await store.conversations.path(user.id, id, page) : undefined
    if (path === undefined) throw new CodedError('not_found')
    reply.header('cache-control', 'no-store')
    return { session_id: id, messages: path.items.map(toJson), next_cursor: path.next ?? null }
  })
}

function readPage(query: unknown): { limit: number; before?: string } {
  if (!pageQuery(query) || Number(query.limit ?? defaultLimit) > maxLimit)
    throw new CodedError('request_invalid', `limit is a number from 1 to ${maxLimit}, cursor a next_cursor.`)
  const limit = Number(query.limit ?? defaultLimit)
  return query.cursor === undefined ? { limit } : { limit, before: query.cursor }
}

const toJson = ({ id, role, content, createdAt, usage, model }: Message) => ({
  id,
  role,
  content,
  created_at: isoTime(createdAt),
  tokens_used: usage.completion_tokens ?? null,
  model,
})

const isoTime = (unixMs: number) => new Date(unixMs).toISOString()
