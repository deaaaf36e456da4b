import { setTimeout as pause } from 'node:timers/promises'
import { becomeGuest } from '../../testing/hub/returning-reader.ts'
import { bareCaller } from './bare-caller.ts'
import { answerParent } from './child.ts'
import { HomeCaller } from './home-caller.ts'
import type { Ask, Kind } from './questions.ts'

/** Who asks on both sides, in one process: so both are timed by the same code. */
const callers = {
  home: [] as HomeCaller[],
  bare: [] as Readonly<Record<Kind, Ask>>[],
}
export type CallSide = keyof typeof callers

export interface Asking {
  readonly side: CallSide
  readonly kind: Kind
  /** Questions that each of them asks in a second, one after the other. */
  readonly perSecond: number
  readonly seconds: number
}

const abilities = {
  /** Opens the page as so many new people. @returns their cookies. */
  signIn: async ({ origin, count }: { origin: string; count: number }) => {
    const cookies: string[] = []
    while (cookies.length < count) cookies.push(await becomeGuest(origin))
    return cookies
  },
  /** Each opens a call and sends an utterance; on the other side there are as many who ask the server itself. */
  open: async (asked: { origin: string; cookies: readonly string[]; speechUrl: string }) => {
    callers.home = asked.cookies.map((cookie) => new HomeCaller(asked.origin, cookie))
    callers.bare = asked.cookies.map(() => bareCaller(asked.speechUrl))
    await Promise.all(callers.home.map((one) => one.open()))
  },
  close: async () => {
    await Promise.all(callers.home.map((one) => one.close()))
  },
  /** @returns how long each answer took, in milliseconds. */
  ask: async (asking: Asking) => {
    const tookMs: number[] = []
    await Promise.all(callers[asking.side].map((one) => askOn(() => one[asking.kind](), asking, tookMs)))
    return Float64Array.from(tookMs)
  },
  /** All speak for so long at once. */
  speak: async (seconds: number) => {
    await Promise.all(callers.home.map((one) => one.speak(seconds)))
  },
}
export type Callers = typeof abilities

answerParent(abilities)

/** Pauses of random length keep the callers from asking in step. */
async function askOn(ask: Ask, { perSecond, seconds }: Asking, tookMs: number[]): Promise<void> {
  const endMs = performance.now() + seconds * 1000
  for (;;) {
    await pause((2_000 * Math.random()) / perSecond)
    const askedMs = performance.now()
    if (askedMs > endMs) return
    await ask()
    tookMs.push(performance.now() - askedMs)
  }
}
