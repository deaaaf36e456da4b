import { type Checker, checker } from '../../bus/contract/check.ts'
import { decode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type ClientFrame, clientFrames } from '../../bus/contract/frames.ts'
import { isUuid } from '../../bus/contract/ids.ts'
import { maxFrameBytes, maxFrameDepth, maxFrameElements } from '../../bus/contract/limits.ts'
import type { About } from './connection.ts'

const limits = { bytes: maxFrameBytes, depth: maxFrameDepth, elements: maxFrameElements }
const checkers = new Map<string, Checker<ClientFrame>>(
  Object.entries(clientFrames).map(([type, schema]) => [type, checker(schema)]),
)

/** A frame that could be decoded, but is not used; `about` says what it asked for, where that can be told. */
export class BadFrame extends CodedError {
  readonly about: About

  constructor(
    code: 'frame_invalid' | 'frame_unknown' | 'rate_limited',
    detail: string | undefined,
    about: About = {},
  ) {
    super(code, detail)
    this.about = about
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
  const about = aboutOf(frame)
  const isValid = checkers.get(frame.type)
  if (isValid === undefined) throw new BadFrame('frame_unknown', 'No frame has this type.', about)
  // Names the first place that is wrong, and never what stands there.
  if (!isValid(frame)) throw new BadFrame('frame_invalid', `${isValid.flaw(frame)}.`, about)
  return frame
}

/** What a frame asks for, as far as it can be told of one that may be wrong elsewhere. */
export function aboutOf({ type, request_id, call_id, question }: Readonly<Record<string, unknown>>): About {
  const id = [request_id, call_id].find(isUuid)
  const isQuestion = type === 'call.transcribe' || type === 'call.say'
  return { id, ...(isQuestion && isWhole(question) && { question }) }
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
