/** JSON has no bytes: in the vector files they stand as `{"$bytes": "<hexadecimal>"}`. */
const key = '$bytes'

export const withBytesAsHex = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { [key]: Buffer.from(value).toString('hex') } : value

/** For `JSON.parse` of a vector file. */
export const withHexAsBytes = (_key: string, value: unknown): unknown => {
  const hex: unknown = typeof value === 'object' && value !== null && key in value ? value[key] : undefined
  return typeof hex === 'string' ? Uint8Array.from(Buffer.from(hex, 'hex')) : value
}
