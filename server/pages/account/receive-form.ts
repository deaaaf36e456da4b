import type { IncomingMessage } from 'node:http'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { UploadedForm } from '../../accounts/import/uploaded-form.ts'

/** How long a form says it is, in bytes. Browsers always say so. @throws CodedError `request_invalid` */
export function lengthOf({ headers }: IncomingMessage): number {
  const length = headers['content-length']
  if (length === undefined) throw new CodedError('request_invalid', 'The form does not say how long it is')
  return Number(length)
}

/**
 * A form that is still to come, whole in memory: its length must be said, and bounded, before. Node lets no more come
 * than was said.
 *
 * @throws CodedError `request_invalid` where its sender goes away.
 */
export async function receiveForm(request: IncomingMessage): Promise<UploadedForm> {
  const bytes = new Uint8Array(lengthOf(request))
  let received = 0
  try {
    for await (const chunk of request) {
      bytes.set(chunk, received)
      received += chunk.length
    }
  } catch (cause) {
    throw new CodedError('request_invalid', 'The file did not come whole', { cause })
  }
  return { bytes, type: request.headers['content-type'] ?? '' }
}
