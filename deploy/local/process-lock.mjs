import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Takes a lock file that says which process holds it. One whose holder is dead counts as free.
 * @param {string} file in a folder that exists
 * @returns {{ release: () => void } | { heldBy: number }} `heldBy` is the process that has it
 */
export function takeLock(file) {
  const own = `${file}.${process.pid}`
  writeFileSync(own, describeProcess(process.pid), { mode: 0o600 })
  try {
    // Bounded: each further round means that a dead holder was cleared away.
    for (let round = 0; round < 10; round += 1) {
      if (linked(own, file)) return { release: () => release(file) }
      const holder = readHolder(file)
      if (holder?.alive) return { heldBy: holder.pid }
      clearAway(file)
    }
    throw new Error(`${file} can't be taken, and nobody has it. Remove it and try again.`)
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * A link is made whole or not at all, so nobody ever reads half a lock.
 * @param {string} own
 * @param {string} file
 */
function linked(own, file) {
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function clearAway(file) {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return // Another one cleared it away first.
  }
  // Between our look and our move it may have been replaced by one that lives: that one gets it back.
  if (readHolder(aside)?.alive) linked(aside, file)
  rmSync(aside, { force: true })
}

/** @param {string} file */
function release(file) {
  if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true })
}

/** @param {string} file */
function readHolder(file) {
  try {
    const described = readFileSync(file, 'utf8')
    return { pid: Number.parseInt(described, 10), alive: isStillAlive(described) }
  } catch {
    return undefined
  }
}

/**
 * Its number, and what tells it from a later process with the same number: after a container's restart that is the
 * usual case. Ends with "gone" when there is no such process.
 * @param {number} pid
 */
export function describeProcess(pid) {
  return `${pid} ${isAlive(pid) ? startOf(pid) : 'gone'}`
}

/**
 * Whether the process that was described is still the one with that number.
 * @param {string} described what `describeProcess` gave
 */
export function isStillAlive(described) {
  return !described.endsWith(' gone') && describeProcess(Number.parseInt(described, 10)) === described
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** @param {number} pid */
function startOf(pid) {
  try {
    // proc(5): the name, which may hold anything, stands in brackets; field 3 follows it, and field 22 is the start
    // time in clock ticks since the machine's start.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    // A zombie has ended; whoever started it has only not asked yet.
    if (fields[0] === 'Z') return 'gone'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}-${fields[19]}`
  } catch {
    return 'unknown'
  }
}
