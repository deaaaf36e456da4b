import { setTimeout as pause } from 'node:timers/promises'

/** The hub prints its link when it listens; its line may be read a little after its first answer. In milliseconds. */
const LATE_MS = 1_000

export interface OwnerLinkLine {
  /** Whether a line of the hub is to be printed: not the one with the link, before `announced`. */
  showLine(line: string): boolean
  /** The newest link; from now on lines with one are printed as they come. */
  announced(): Promise<string | undefined>
}

/**
 * Keeps the hub's owner link back until the start is announced, where it stands last and can be seen.
 * @param isExpected whether the hub will print one
 */
export function holdOwnerLink(isExpected: boolean): OwnerLinkLine {
  const found = Promise.withResolvers<void>()
  let link: string | undefined
  let isAnnounced = false
  return {
    showLine: (line) => {
      if (line.includes('No owner link is printed')) found.resolve()
      const next = isAnnounced ? undefined : /One-time owner link: ([^\s"]+)/.exec(line)?.[1]
      if (next === undefined) return true
      link = next
      found.resolve()
      return false
    },
    announced: async () => {
      const late = new AbortController()
      if (isExpected)
        await Promise.race([
          found.promise,
          pause(LATE_MS, undefined, { signal: late.signal }).catch(() => {}),
        ])
      late.abort()
      isAnnounced = true
      return link
    },
  }
}
