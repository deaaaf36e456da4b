import type { KillPlan } from './kills.ts'
import type { RolloutPlan } from './rollout.ts'

/** One comparison: so many replies at once, each at this pace. */
export interface Scenario {
  readonly streams: number
  readonly tokensPerSecond: number
  /** Most the home's p50 may be, as a multiple of the bare relay's. */
  readonly latencyAim: number
  /** How often home and bare take turns, and how long each turn is measured, in seconds. */
  readonly rounds: number
  readonly turnSeconds: number
}

/** So many calls at once, each asking so often. */
export interface CallScenario {
  readonly calls: number
  /** Questions of each call, on average. */
  readonly perSecond: number
  /** How often home and bare take turns with each kind of question, and how long each turn is, in seconds. */
  readonly rounds: number
  readonly turnSeconds: number
  /** How long all of them speak, in seconds. Few calls cost too little to be told from idling: 0. */
  readonly soundSeconds: number
}

export interface Plan {
  /** Whether its figures are worth holding against the aims. */
  readonly conclusive: boolean
  /** How many kinds of figures are taken at the same time: more than one, and they take each other's processors. */
  readonly atOnce: number
  /** Before the others, so that what is slow at first is so for none of them; its figures do not count. */
  readonly warmUp: Scenario
  /** How long both sides are watched doing nothing, after as long a rest, in seconds. */
  readonly idleSeconds: number
  readonly scenarios: readonly Scenario[]
  /** Idle sockets, and sockets opened and closed before so that code and pools are warm. */
  readonly connections: number
  readonly warmConnections: number
  /** How long idle sockets are left alone before memory is read, in seconds. */
  readonly settleSeconds: number
  readonly calls: { readonly warmUp: CallScenario; readonly scenarios: readonly CallScenario[] }
  readonly kills: KillPlan
  /** Sockets that lose their hub at once. */
  readonly resumeSockets: number
  readonly rollout: RolloutPlan
}

/** Most CPU time a token may cost in the home, as a multiple of the bare relay's. */
export const cpuAim = 1.5
/** Most resident memory of the hub per idle connection, in KiB. */
export const connectionAimKib = 12

export const fullPlan: Plan = {
  conclusive: true,
  atOnce: 1,
  warmUp: { streams: 50, tokensPerSecond: 50, latencyAim: 2, rounds: 1, turnSeconds: 6 },
  idleSeconds: 10,
  scenarios: [
    { streams: 1, tokensPerSecond: 50, latencyAim: 2, rounds: 8, turnSeconds: 4 },
    { streams: 100, tokensPerSecond: 50, latencyAim: 2, rounds: 8, turnSeconds: 3 },
    { streams: 1_000, tokensPerSecond: 20, latencyAim: 4, rounds: 5, turnSeconds: 4 },
  ],
  connections: 5_000,
  warmConnections: 500,
  settleSeconds: 30,
  calls: {
    warmUp: { calls: 20, perSecond: 5, rounds: 1, turnSeconds: 3, soundSeconds: 3 },
    scenarios: [
      { calls: 1, perSecond: 20, rounds: 4, turnSeconds: 3, soundSeconds: 0 },
      { calls: 20, perSecond: 2, rounds: 4, turnSeconds: 3, soundSeconds: 10 },
    ],
  },
  kills: { readers: 20, kills: 5 },
  resumeSockets: 5_000,
  rollout: { readers: 20, rollouts: 5, firstSeconds: 10 },
}

/** Shows that everything works; its figures mean little. */
export const quickPlan: Plan = {
  conclusive: false,
  atOnce: 3,
  warmUp: { streams: 2, tokensPerSecond: 50, latencyAim: 2, rounds: 1, turnSeconds: 0.5 },
  idleSeconds: 0.5,
  scenarios: [{ streams: 10, tokensPerSecond: 50, latencyAim: 2, rounds: 2, turnSeconds: 0.5 }],
  connections: 200,
  warmConnections: 20,
  settleSeconds: 1,
  calls: {
    warmUp: { calls: 2, perSecond: 10, rounds: 1, turnSeconds: 0.2, soundSeconds: 0.2 },
    scenarios: [{ calls: 3, perSecond: 10, rounds: 2, turnSeconds: 0.4, soundSeconds: 0.4 }],
  },
  kills: { readers: 2, kills: 1 },
  resumeSockets: 200,
  rollout: { readers: 2, rollouts: 1, firstSeconds: 3 },
}
