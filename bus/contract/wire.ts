import { Type } from 'typebox'
import { maxModelNameLength } from './limits.ts'

/** The small shapes that messages and frames are made of. */
export const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
})
/** Unix seconds, as a float. */
export const Timestamp = Type.Number({ minimum: 0 })
/** A whole number of at most 2^53 - 1: an offset, a sequence, a count. */
export const Whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
/** Bytes as they are, at most so many. */
export const bytesOf = (most: number) =>
  Type.Refine(
    Type.Unsafe<Uint8Array>({}),
    (value) => value instanceof Uint8Array && value.byteLength <= most,
    () => `must be at most ${most} bytes`,
  )
export const ModelName = Type.String({ minLength: 1, maxLength: maxModelNameLength })

/** How a reply is to be sampled; what is absent is the companion's or the model's own. */
export const GenerationOptions = Type.Object({
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  max_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 131_072 })),
})
export type GenerationOptions = Type.Static<typeof GenerationOptions>
