const LONGEST_LINE = 64 * 1024
const COLOURS = [36, 35, 33, 32, 34]

/** Takes whole lines of one process. */
export type TakeLine = (line: string) => void

/**
 * Calls `take` with each line of a stream. A line of more than 64 KiB is passed on in pieces, so that a process
 * which never ends a line can't fill the memory.
 */
export function readLines(stream: NodeJS.ReadableStream, take: TakeLine): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    if (rest.length < LONGEST_LINE) return
    take(rest)
    rest = ''
  })
  stream.on('end', () => {
    if (rest) take(rest)
  })
}

/** For each name a function that prints lines behind that name, the names in a column and, if wanted, in colours. */
export function labelLines(
  print: TakeLine,
  names: readonly string[],
  colours: boolean,
): (name: string) => TakeLine {
  const width = Math.max(...names.map((name) => name.length))
  return (name) => {
    const label = name.padEnd(width)
    const colour = COLOURS[names.indexOf(name) % COLOURS.length]
    const shown = colours ? `\u001b[${colour}m${label} |\u001b[0m` : `${label} |`
    return (line) => print(`${shown} ${line}`)
  }
}
