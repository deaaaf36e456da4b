// Loaded before a process of the house: at SIGWINCH, which nothing else here sends, it clears up what nobody holds any
// more and writes what is left into the file CHAOS_MEMORY names.
import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const file = process.env.CHAOS_MEMORY

if (file !== undefined) {
  setFlagsFromString('--expose-gc')
  const clearUp = runInNewContext('gc') as () => void
  process.on('SIGWINCH', () => {
    clearUp()
    clearUp()
    const resources: Record<string, number> = {}
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
    const { heapUsed, external } = process.memoryUsage()
    writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, bytes: heapUsed + external, resources }))
    renameSync(`${file}.new`, file)
  })
}
