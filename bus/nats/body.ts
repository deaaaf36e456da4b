import { decode, encode } from '../contract/codec.ts'
import { CodedError } from '../contract/errors.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../contract/limits.ts'

const busLimits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

/** A message's bytes. @throws CodedError `frame_too_large` past `maxBusBytes`. */
export function encodeBody(value: object): Uint8Array {
  const bytes = encode(value)
  if (bytes.byteLength > maxBusBytes) throw new CodedError('frame_too_large')
  return bytes
}

/** A message from its bytes, unchecked. @throws CodedError `frame_too_large` or `frame_malformed`. */
export const decodeBody = (bytes: Uint8Array): unknown => decode(bytes, busLimits)
