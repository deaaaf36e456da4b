import { checker } from '../../../bus/contract/check.ts'
import { exportFormat } from '../export/export-json.ts'
import { refused } from './document-values.ts'
import { ExportDocument, maxConversations, maxMessages } from './export-document.ts'
import { isModest } from './scan-json.ts'

const exportDocument = checker(ExportDocument)

/**
 * The document in an uploaded file, which may hold anything.
 *
 * @throws CodedError `request_invalid`, in words for whoever chose the file.
 */
export function readDocument(bytes: Uint8Array): ExportDocument {
  if (bytes.length === 0) throw refused('The file is empty')
  const text = decode(bytes)
  if (!isModest(bytes)) throw refused('The file is not an export: it has too much in it, or too deep')
  const value = parse(text)
  const { format, conversations } = isRecord(value) ? value : {}
  if (typeof format !== 'string' || !format.startsWith('companions-export-'))
    throw refused('The file is not an export of a house like this one')
  if (format !== exportFormat)
    throw refused('A newer house wrote the file, in a way that this one can’t read')
  if (Array.isArray(conversations)) requireFew(conversations)
  if (!exportDocument(value)) throw refused(`Something in the file is not as exported (${flawOf(value)})`)
  return value
}

/** What is wrong first, and where; a pattern says nothing to people. */
const flawOf = (value: unknown): string => exportDocument.flaw(value).replace(/: must match .*/s, '')

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused('The file is no text')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words repeat what somebody said.
    throw refused('The file is not whole, or no JSON')
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Counted first, so that who has too many reads so. */
function requireFew(conversations: readonly unknown[]): void {
  const counts = conversations.map((one) =>
    isRecord(one) && Array.isArray(one.messages) ? one.messages.length : 0,
  )
  const messages = counts.reduce((sum, count) => sum + count, 0)
  if (conversations.length <= maxConversations && messages <= maxMessages) return
  const most = `${maxConversations.toLocaleString('en')} conversations or ${maxMessages.toLocaleString('en')} messages`
  throw refused(`The file has more than ${most}`)
}
