import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startProcess, type TestProcess } from '../../testing/servers/processes.ts'
import type { Link } from '../links/link.ts'
import type { Step } from '../steps/steps.ts'
import { type HeldMemory, readHeld } from './held-memory.ts'

const root = path.join(import.meta.dirname, '..', '..')
const preloads = ['shift-clock.ts', 'tell-memory.ts'].flatMap((file) => [
  '--import',
  path.join(import.meta.dirname, '..', 'clock', file),
])

/** A process that does not get ready is started again this often, this long apart in milliseconds. */
const maxStarts = 60
const startAgainMs = 300

export interface SlotOptions {
  /** `hub 1`, as reports call it. */
  readonly name: string
  readonly file: 'server/main.ts' | 'workers/main.ts'
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly readyLine: RegExp
  /** Called with the line that says that a new process is ready. */
  onReady?(line: string): void
  readonly busLinks: readonly Link[]
  /** Where browsers reach it, and how it reaches its store, where it does. */
  readonly front?: Link
  readonly storeLink?: Link | undefined
}

/** The place of one process of the product, which is killed there, frozen, and started again. */
export class ProcessSlot {
  readonly name: string
  readonly busLinks: readonly Link[]
  readonly front: Link | undefined
  readonly storeLink: Link | undefined
  /** A fault has it in hand: another should look elsewhere. */
  busy = false
  /** Processes that ended although nobody ended them, and starts that came to nothing. */
  readonly unexpected: string[] = []
  readonly failedStarts: string[] = []
  readonly logs: string[] = []
  readonly #options: SlotOptions
  /** All that run; two while one takes over from another. */
  readonly #running = new Set<TestProcess>()
  readonly #ready = new WeakSet<TestProcess>()
  readonly #ended = new WeakSet<TestProcess>()
  #present: TestProcess | undefined
  #starting: Promise<void> | undefined

  constructor(options: SlotOptions) {
    this.#options = options
    this.name = options.name
    this.busLinks = options.busLinks
    this.front = options.front
    this.storeLink = options.storeLink
  }

  get isUp(): boolean {
    const present = this.#present
    return present !== undefined && present.ended() === undefined && this.#ready.has(present)
  }

  /** Its ways to the bus, to its store, or to its browsers. */
  linksOf(line: Step['line']): readonly Link[] {
    if (line === 'bus') return this.busLinks
    const link = line === 'store' ? this.storeLink : this.front
    return link === undefined ? [] : [link]
  }

  get pids(): number[] {
    return [...this.#running].map(({ pid }) => pid)
  }

  /** Starts a process unless one is up; resolves when one is ready. As a supervisor does, it tries again. */
  ensureUp(): Promise<void> {
    this.#starting ??= this.#startUntilReady().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** SIGKILL to all of it in this very turn; what is on its way to or from it is lost. */
  strike(): void {
    for (const one of this.#running) {
      this.#ended.add(one)
      one.signal('SIGKILL')
    }
    for (const line of ['bus', 'store', 'browsers'] as const)
      for (const link of this.linksOf(line)) link.cut()
  }

  freeze(): void {
    for (const one of this.#running) one.signal('SIGSTOP')
  }

  thaw(): void {
    for (const one of this.#running) one.signal('SIGCONT')
  }

  /** Its links are as they should be again. */
  heal(): void {
    this.thaw()
    for (const link of [...this.busLinks, this.front, this.storeLink]) {
      link?.thaw()
      link?.slow(undefined)
    }
  }

  async setClock(shiftMs: number): Promise<void> {
    await writeFile(this.#file('clock'), String(shiftMs))
    if (this.isUp) this.#present?.signal('SIGUSR2')
  }

  /** What it holds once its garbage is collected. @throws when it does not say so in time */
  measure(): Promise<HeldMemory> {
    return readHeld(this.#file('memory'), () => this.#present?.signal('SIGWINCH'))
  }

  /** Starts a successor and then ends this one in order; where no successor gets ready, this one stays. */
  async rollOver(): Promise<void> {
    const leaving = this.#present
    try {
      await this.#startOnce()
    } catch (error) {
      this.#countFailed(error)
      if (leaving?.ended() === undefined) this.#present = leaving
      return this.ensureUp()
    }
    if (leaving !== undefined) await this.#end(leaving)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((one) => this.#end(one)))
  }

  #file(kind: 'clock' | 'memory'): string {
    return path.join(this.#options.folder, `${this.name.replace(' ', '-')}.${kind}`)
  }

  async #startUntilReady(): Promise<void> {
    for (let starts = 0; !this.isUp; starts += 1) {
      try {
        await this.#startOnce()
      } catch (error) {
        this.#countFailed(error)
        if (starts >= maxStarts) throw error
        await pause(startAgainMs)
      }
    }
  }

  #countFailed(error: unknown): void {
    this.failedStarts.push(`${this.name}: ${error instanceof Error ? error.message : error}`)
  }

  async #startOnce(): Promise<void> {
    const { file, folder, environment, readyLine, onReady } = this.#options
    await writeFile(this.#file('clock'), '0')
    const started = await startProcess(process.execPath, [...preloads, path.join(root, file)], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        TMPDIR: folder,
        CHAOS_CLOCK: this.#file('clock'),
        CHAOS_MEMORY: this.#file('memory'),
        ...environment,
      },
    })
    this.#follow(started)
    this.#present = started
    const line = await started.waitForLine(readyLine, 60_000)
    this.#ready.add(started)
    onReady?.(line)
  }

  /** SIGTERM has to be enough, and to leave with 0. */
  async #end(leaving: TestProcess): Promise<void> {
    if (leaving.ended() !== undefined || this.#ended.has(leaving)) return
    this.#ended.add(leaving)
    const { code, signal } = await leaving.stop({ graceMs: 30_000 })
    // Another fault may have struck while it left.
    if (code !== 0 && signal !== 'SIGKILL') this.unexpected.push(`${this.name} left with ${code} at SIGTERM`)
  }

  #follow(started: TestProcess): void {
    const from = new Date().toISOString()
    this.#running.add(started)
    void started.ending.then(({ code, signal }) => {
      this.#running.delete(started)
      const ending = `ended with ${signal ?? code}`
      this.logs.push(`--- ${this.name}, process ${started.pid}, started ${from}, ${ending}`, ...started.lines)
      const byItself = !this.#ended.has(started) && this.#ready.has(started)
      if (byItself) this.unexpected.push(`${this.name} ${ending} by itself`)
    })
  }
}
