import { type Checker, checker } from '../../bus/contract/check.ts'
import { decode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type ClientFrame, clientFrames } from '../../bus/contract/frames.ts'
import { isUuid } from '../../bus/contract/ids.ts'
import { maxFrameBytes, maxFrameDepth, maxFrameElements } from '../../bus/contract/limits.ts'

const limits = { bytes: maxFrameBytes, depth: maxFrameDepth, elements: maxFrameElements }
const checkers = new Map<string, Checker<ClientFrame>>(
  Object.entries(clientFrames).map(([type, schema]) => [type, checker(schema)]),
)

/** A frame that could be decoded, but is not used; `requestId` says what it was about, where that can be told. */
export class BadFrame extends CodedError {
  readonly requestId: string | undefined

  constructor(
    code: 'frame_invalid' | 'frame_unknown' | 'rate_limited',
    detail: string | undefined,
    requestId?: string,
  ) {
    super(code, detail)
    this.requestId = requestId
  }
}

/**
 * Reads one frame from a browser: bytes held against the limits, decoded, held against the schema of its type.
 *
 * @throws BadFrame for a decodable frame of unknown type or wrong shape.
 * @throws CodedError `frame_malformed` or `frame_too_large` for bytes that are no frame at all.
 */
export function readClientFrame(bytes: Uint8Array): ClientFrame {
  const frame = decode(bytes, limits)
  if (!isRecord(frame) || typeof frame.type !== 'string')
    throw new BadFrame('frame_invalid', 'A frame is a map with a type.')
  const requestId = isUuid(frame.request_id) ? frame.request_id : undefined
  const isValid = checkers.get(frame.type)
  if (isValid === undefined) throw new BadFrame('frame_unknown', 'No frame has this type.', requestId)
  // Names the first place that is wrong, and never what stands there.
  if (!isValid(frame)) throw new BadFrame('frame_invalid', `${isValid.flaw(frame)}.`, requestId)
  return frame
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
