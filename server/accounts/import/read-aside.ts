import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { ImportedConversation } from '../../store/imports.ts'
import { refused } from './document-values.ts'
import type { ImportBounds } from './to-conversations.ts'
import type { UploadedForm } from './uploaded-form.ts'

export interface ReadQuestion {
  readonly form: UploadedForm
  readonly bounds: ImportBounds
}

/** Conversations; `null`: there are no more. Or why there are none, in words for people. */
export type ReadAnswer =
  | { readonly piece: readonly ImportedConversation[] | null }
  | { readonly refusal: string }

/** Longest that a file may take, in milliseconds: many times what one of 16 MiB does. */
const maxReadMs = 20_000

/**
 * Reads an uploaded file in a thread of its own: on the process's own all sockets would wait, half a second for an
 * export and longer for what is made for it. What is read comes piece by piece, so that all else has its turn between.
 *
 * @param question - its form's bytes are the thread's from then on.
 * @throws CodedError `request_invalid`, in words for people.
 */
export async function readAside(question: ReadQuestion): Promise<ImportedConversation[]> {
  const thread = new Worker(new URL('./read-thread.ts', import.meta.url), {
    workerData: question,
    transferList: [question.form.bytes.buffer],
  })
  const tooLong = AbortSignal.timeout(maxReadMs)
  try {
    const conversations: ImportedConversation[] = []
    for (;;) {
      const piece = await nextPiece(thread, tooLong)
      if (piece === null) return conversations
      conversations.push(...piece)
      thread.postMessage('next')
    }
  } finally {
    await thread.terminate()
  }
}

async function nextPiece(
  thread: Worker,
  signal: AbortSignal,
): Promise<readonly ImportedConversation[] | null> {
  const [answer] = (await once(thread, 'message', { signal }).catch(tooMuch)) as [ReadAnswer]
  if ('refusal' in answer) throw refused(answer.refusal)
  return answer.piece
}

/** What goes wrong in the thread is a fault of ours. */
function tooMuch(cause: unknown): never {
  if (!(cause instanceof Error) || cause.name !== 'AbortError') throw cause
  throw new CodedError('request_invalid', 'The file is too much to read', { cause })
}
