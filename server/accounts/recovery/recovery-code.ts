import { randomBytes } from 'node:crypto'
import { hashToken } from '../sessions/tokens.ts'

/** Codes of one set. */
export const recoveryCodeCount = 10

/** Letters and digits that nobody takes for another: 32 of them, 5 bits each (as in Crockford's Base32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const groupLength = 4
const groupCount = 6

/**
 * A code of 120 random bits, as six groups of four: `7K3M-…`. From 112 bits on a plain hash is enough (ASVS 5.0,
 * 6.5.2).
 */
export function newRecoveryCode(): string {
  const marks = Array.from(randomBytes(groupLength * groupCount), (byte) => alphabet[byte % alphabet.length])
  return Array.from({ length: groupCount }, (_, group) =>
    marks.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-')
}

/** The hash of a code as somebody typed it: case, spaces and dashes don't matter, nor O for 0 and I or L for 1. */
export function hashRecoveryCode(typed: string): string {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return hashToken(`recovery ${plain}`)
}
