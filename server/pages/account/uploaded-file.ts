import type { IncomingMessage } from 'node:http'
import { CodedError } from '../../../bus/contract/errors.ts'

/**
 * The bytes of the one file in a form (`multipart/form-data`) that is still to be read.
 *
 * Node's parser reads forms that are whole in memory, which is why a form's length must be said and bounded first.
 *
 * @param field - the name of the file's field.
 * @throws CodedError `request_invalid`, in words for people, where no file is in it or it did not come whole.
 */
export async function readUploadedFile(request: IncomingMessage, field: string): Promise<Uint8Array> {
  const form = await readForm(request)
  const file = form.get(field)
  // A browser sends a nameless file where none was chosen.
  if (!(file instanceof File) || file.name === '')
    throw new CodedError('request_invalid', 'Choose a file first')
  return file.bytes()
}

/** How long a form says it is, in bytes. Browsers always say so. @throws CodedError `request_invalid` */
export function lengthOf({ headers }: IncomingMessage): number {
  const length = headers['content-length']
  if (length === undefined) throw new CodedError('request_invalid', 'The form does not say how long it is')
  return Number(length)
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  try {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    return await new Response(Buffer.concat(chunks), { headers }).formData()
  } catch (cause) {
    throw new CodedError('request_invalid', 'The file did not come whole', { cause })
  }
}
