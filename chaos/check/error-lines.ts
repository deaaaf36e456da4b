/** What a hub or a worker may log as an error while a round's faults strike, and why it is none of its own. */
const allowed: readonly { readonly message: RegExp; readonly error?: RegExp; readonly why: string }[] = [
  {
    message: /^(A page could not be made|A request failed)$/,
    error: /^(store|bus)_unavailable /,
    why: 'the store or the bus was away, and a page has nothing else to show',
  },
]

/** pino's level of an error. */
const errorLevel = 50

/** The lines by which hubs and workers said that something went wrong which nothing here accounts for. */
export const errorLines = (lines: readonly string[]): string[] =>
  lines.filter((line) => {
    const said = read(line)
    if (said === undefined || said.level < errorLevel) return false
    return !allowed.some(
      ({ message, error = /^/ }) =>
        message.test(said.msg ?? '') && error.test(`${said.error_code} ${said.error}`),
    )
  })

interface Line {
  readonly level: number
  readonly msg?: string
  readonly error?: string
  readonly error_code?: string
}

/** @returns undefined for what is no line of the logger. */
function read(line: string): Line | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}
