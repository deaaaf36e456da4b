import { encode } from '../codec.ts'
import type { ErrorCode } from '../errors.ts'

/** Bytes a hub must refuse as a frame: each part is hexadecimal, repeated so many times. */
export interface Refusal {
  readonly name: string
  readonly code: ErrorCode
  readonly parts: readonly (readonly [hex: string, times: number])[]
}

const id = '01930000-0000-7000-8000-000000000001'
const send = {
  type: 'chat.send',
  kind: 'send',
  request_id: id,
  conversation_id: id,
  message_id: id,
  parent_id: null,
  message: 'Hello',
}

export const refusals: readonly Refusal[] = [
  malformed('nothing', ['', 1]),
  malformed('a map that ends after its header', ['81', 1]),
  malformed('a text shorter than it says', ['d920', 1], ['61', 31]),
  malformed('a length cut off', ['da01', 1]),
  malformed('bytes after the end', ['80', 2]),
  malformed('the type that is never used', ['c1', 1]),
  malformed('an extension type', ['d4012a', 1]),
  malformed('a timestamp extension', ['d6ff00000000', 1]),
  malformed('text that is not UTF-8', ['81a161a2fffe', 1]),
  malformed('text with an encoded surrogate', ['81a161a3eda080', 1]),
  malformed('text with an overlong form', ['81a161a2c080', 1]),
  malformed('a key that is a number', ['810102', 1]),
  malformed('a key that is nil', ['81c002', 1]),
  malformed('the key __proto__', ['81a95f5f70726f746f5f5f80', 1]),
  malformed('JSON', [Buffer.from('{"type":"ping","id":1}').toString('hex'), 1]),
  malformed('nesting of 900 bytes', ['dcffff', 300]),
  malformed('nesting of 3 KB', ['dcffff', 1_000]),
  malformed('nesting of 9 KB', ['dcffff', 3_000]),
  malformed('arrays of one, 17 deep', ['91', 17], ['c0', 1]),
  malformed('maps of one, 17 deep', ['81a161', 17], ['c0', 1]),
  malformed('a thousand and one elements', ['dc03e9', 1], ['c0', 1_001]),
  malformed('200,000 empty maps', ['dd00030d40', 1], ['80', 200_000]),
  malformed('an array that promises four thousand million', ['ddffffffff', 1]),
  malformed('a text that promises four thousand million bytes', ['dbffffffff', 1]),
  {
    name: '1 MB of empty maps',
    code: 'frame_too_large',
    parts: [
      ['dd000fffff', 1],
      ['80', 1_048_575],
    ],
  },
  {
    name: 'one byte more than the limit',
    code: 'frame_too_large',
    parts: [
      ['c500', 1],
      ['00', 262_143],
    ],
  },
  unknown('an unknown type', { type: 'chat.sing' }),
  unknown('no type', { id: 1 }),
  unknown('a type that is a number', { type: 1 }),
  unknown('a type that every object has', { type: 'constructor' }),
  unknown('an array', [1, 2]),
  invalid('a ping without its id', { type: 'ping' }),
  invalid('a number as text', { type: 'ping', id: '7' }),
  invalid('a negative number', { type: 'ping', id: -1 }),
  invalid('a fraction', { type: 'ping', id: 1.5 }),
  { name: 'a NaN', code: 'frame_invalid', parts: [['82a474797065a470696e67a26964cb7ff8000000000000', 1]] },
  {
    name: 'a number past 2^53',
    code: 'frame_invalid',
    parts: [['82a474797065a470696e67a26964cfffffffffffffffff', 1]],
  },
  invalid('an id that is no UUID', { ...send, request_id: '../../etc/passwd' }),
  invalid('an id with wildcards', { ...send, conversation_id: '*' }),
  invalid('an id in upper case', { ...send, request_id: '01930000-0000-7000-8000-00000000000A' }),
  invalid('an unknown kind', { ...send, kind: 'shout' }),
  invalid('a message that is bytes', { ...send, message: new Uint8Array([72, 105]) }),
  invalid('a temperature past 2', { ...send, options: { temperature: 3 } }),
  invalid('a model without a name', { ...send, model: '' }),
  invalid('more than 32 resumes', {
    type: 'hello',
    protocol: 1,
    client_id: id,
    resume: Array.from({ length: 33 }, () => ({ request_id: id, epoch: 0, seq: 0 })),
  }),
]

/** The bytes a refusal stands for. */
export const refusedBytes = ({ parts }: Pick<Refusal, 'parts'>): Uint8Array =>
  Buffer.concat(parts.map(([hex, times]) => Buffer.from(hex.repeat(times), 'hex')))

function malformed(name: string, ...parts: Refusal['parts'][number][]): Refusal {
  return { name, code: 'frame_malformed', parts }
}

function unknown(name: string, value: object): Refusal {
  return { name, code: 'frame_unknown', parts: [[Buffer.from(encode(value)).toString('hex'), 1]] }
}

function invalid(name: string, value: object): Refusal {
  return { name, code: 'frame_invalid', parts: [[Buffer.from(encode(value)).toString('hex'), 1]] }
}
