import type { Log } from './log.ts'

/** What the server's permissions refuse: `operation` is `publish` or `subscription`, as the client names them. */
export interface Refusal {
  readonly operation: string
  readonly subject: string
}

/** Most kinds of subjects that are told apart; past it nothing more is logged of them. */
const maxReported = 200

/**
 * Logs each kind of refused subject once, with the role whose credentials lack it: what is refused is tried again and
 * again, and the first time says all.
 */
export function reportRefusals(role: string, log: Log): (refusal: Refusal) => void {
  const reported = new Set<string>()
  return ({ operation, subject }) => {
    const kind = `${operation} ${kindOf(subject)}`
    if (reported.has(kind) || reported.size >= maxReported) return
    reported.add(kind)
    log('error', 'The bus does not permit what this role needs', {
      role,
      operation,
      subject: kindOf(subject),
    })
  }
}

/** Ids, random inboxes and the numbers of a delivery would make every refusal a new one. */
export const kindOf = (subject: string): string =>
  subject
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '*')
    .replace(/^(_INBOX_[a-z]+)\..*/, '$1.>')
    .replace(/^(\$JS\.ACK(\.[^.]+){2})\..*/, '$1.>')
