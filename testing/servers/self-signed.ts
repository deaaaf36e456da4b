import { generateKeyPairSync, sign } from 'node:crypto'

export interface SelfSigned {
  /** Both PEM. */
  readonly certificate: string
  readonly key: string
}

/** A certificate (RFC 5280) that nobody but itself vouches for, of a key of its own, good for a year from now. */
export function makeSelfSigned(commonName: string): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(commonNameId, tagged(0x0c, Buffer.from(commonName)))))
  const now = Date.now()
  const told = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    sequence(ecdsaWithSha256),
    name,
    sequence(time(now - dayMs), time(now + 365 * dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', told, privateKey))
  const certificate = sequence(told, sequence(ecdsaWithSha256), signature)
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const dayMs = 24 * 60 * 60_000

/** DER (X.690): a tag, how many bytes follow, and these. */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => tagged(0x31, ...parts)
const integer = (value: number) => tagged(0x02, Buffer.from([value]))

/** 2.5.4.3 and 1.2.840.10045.4.3.2 */
const commonNameId = tagged(0x06, Buffer.from('550403', 'hex'))
const ecdsaWithSha256 = tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex'))

/** `YYMMDDHHMMSSZ` */
const time = (atMs: number) =>
  tagged(0x17, Buffer.from(`${new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
