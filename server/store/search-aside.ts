import { Worker } from 'node:worker_threads'
import { CodedError } from '../../bus/contract/errors.ts'
import type { SearchAnswer, SearchQuestion } from './search-thread.ts'
import type { ConversationSummary } from './store.ts'

/** Memory of the thread in MiB, of which a search needs little: its database reads pages, not tables. */
const maxHeapMib = 64

export interface SearchAside {
  search(userId: string, asked: { query: string; limit: number }): Promise<ConversationSummary[]>
  /** Ends the thread; what it was asked is answered with `store_unavailable`. */
  close(): Promise<void>
}

type Asked = PromiseWithResolvers<ConversationSummary[]>

/**
 * Searches an SQLite file in a thread of its own, begun with the first search: a search looks at everything a person
 * said, and on the process's own thread all sockets would wait for it. The thread is no reason for the process to live.
 */
export function openSearchAside(path: string): SearchAside {
  const asked = new Map<number, Asked>()
  let thread: Worker | undefined
  let lastId = 0
  let isClosed = false

  const settle = ({ id, ...answer }: SearchAnswer) => {
    const one = asked.get(id)
    asked.delete(id)
    if (asked.size === 0) thread?.unref()
    if ('found' in answer) one?.resolve(answer.found)
    else one?.reject(Object.assign(new Error(answer.message), { code: answer.code }))
  }
  const giveUp = (ended: Worker, cause?: unknown) => {
    // One that failed also exits, and by then another may be at work.
    if (thread !== ended) return
    thread = undefined
    for (const one of asked.values()) one.reject(new CodedError('store_unavailable', undefined, { cause }))
    asked.clear()
  }
  const begin = () => {
    const begun = new Worker(new URL('./search-thread.ts', import.meta.url), {
      workerData: path,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMib },
    })
    begun.on('message', settle)
    begun.on('error', (error) => giveUp(begun, error)).on('exit', () => giveUp(begun))
    return begun
  }

  return {
    search: (userId, { query, limit }) => {
      if (isClosed) return Promise.reject(new CodedError('store_unavailable'))
      thread ??= begin()
      thread.ref()
      lastId += 1
      const one: Asked = Promise.withResolvers()
      asked.set(lastId, one)
      thread.postMessage({ id: lastId, userId, query, limit } satisfies SearchQuestion)
      return one.promise
    },
    close: async () => {
      isClosed = true
      await thread?.terminate()
    },
  }
}
