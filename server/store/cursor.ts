import { CodedError } from '../../bus/contract/errors.ts'
import { isUuid } from '../../bus/contract/ids.ts'

/** A place in the list of conversations. */
export interface Place {
  readonly updatedAt: number
  readonly id: string
}

export const encodeCursor = ({ updatedAt, id }: Place): string =>
  Buffer.from(`${updatedAt}.${id}`).toString('base64url')

/** @throws CodedError `request_invalid` for what `encodeCursor` did not make */
export function decodeCursor(cursor: string): Place {
  const [time, id] = Buffer.from(cursor, 'base64url').toString().split('.')
  const updatedAt = Number(time)
  if (!time || !Number.isSafeInteger(updatedAt) || !isUuid(id)) {
    throw new CodedError('request_invalid', 'The cursor is not one of ours')
  }
  return { updatedAt, id }
}
