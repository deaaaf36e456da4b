import { parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { ImportedConversation } from '../../store/imports.ts'
import type { ReadAnswer, ReadQuestion } from './read-aside.ts'
import { readDocument } from './read-document.ts'
import { toConversations } from './to-conversations.ts'
import { fileIn } from './uploaded-form.ts'

/** Messages of one answer, about: more of them would hold up whoever gets it. */
const messagesAtOnce = 500

const answer = (some: ReadAnswer) => parentPort?.postMessage(some)

/** The thread of `readAside`: one form, then what is in it, piece by piece as it is asked for. */
async function read({ form, bounds }: ReadQuestion): Promise<void> {
  const pieces = piecesOf(toConversations(readDocument(await fileIn(form)), bounds))
  const next = () => answer({ piece: pieces.next().value ?? null })
  parentPort?.on('message', next)
  next()
}

function* piecesOf(conversations: readonly ImportedConversation[]): Generator<ImportedConversation[]> {
  let piece: ImportedConversation[] = []
  let messages = 0
  for (const one of conversations) {
    piece.push(one)
    messages += one.messages.length
    if (messages < messagesAtOnce) continue
    yield piece
    piece = []
    messages = 0
  }
  if (piece.length > 0) yield piece
}

read(workerData).catch((error: unknown) => {
  if (!(error instanceof CodedError)) throw error
  answer({ refusal: error.message })
})
