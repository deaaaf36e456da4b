import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What a process of the bench can be asked: by name, one argument or none, of a type that `Child.ask` keeps. */
export type Abilities = Record<string, (asked: never) => unknown>

export interface Child<Able extends Abilities> {
  readonly pid: number
  ask<Name extends keyof Able & string>(
    name: Name,
    ...asked: Parameters<Able[Name]>
  ): Promise<Awaited<ReturnType<Able[Name]>>>
  stop(): Promise<void>
}

interface Question {
  readonly id: number
  readonly name: string
  readonly asked: unknown
}
interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** Starts a file that calls `answerParent` as a process of its own; it ends with this one. */
export async function startChild<Able extends Abilities>(file: string): Promise<Child<Able>> {
  const child = fork(file, { cwd: import.meta.dirname, serialization: 'advanced' })
  await once(child, 'spawn')
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  child.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.error === undefined) asker?.resolve(answer.value)
    else asker?.reject(new Error(`${file}: ${answer.error}`))
  })
  child.once('exit', (code, signal) => {
    for (const asker of waiting.values()) asker.reject(new Error(`${file} ended with ${signal ?? code}`))
  })
  let count = 0
  const ask: Child<Able>['ask'] = (name, ...asked) => {
    const asker = Promise.withResolvers<unknown>()
    const question: Question = { id: count++, name, asked: asked[0] }
    waiting.set(question.id, asker)
    child.send(question, (error) => error && asker.reject(error))
    return asker.promise as Promise<Awaited<ReturnType<Able[typeof name]>>>
  }
  return { pid: child.pid ?? 0, ask, stop: () => end(child) }
}

/** Called by the child: answers what the parent asks until it lets go, then ends the process. */
export function answerParent(abilities: Abilities): void {
  process.on('message', async ({ id, name, asked }: Question) => {
    try {
      // `Child.ask` held the argument's type where it was asked; between the processes it is lost.
      process.send?.({ id, value: await abilities[name]?.(asked as never) } satisfies Answer)
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer)
    }
  })
  process.once('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group; the parent ends this process in its turn.
  process.on('SIGINT', () => undefined)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}
