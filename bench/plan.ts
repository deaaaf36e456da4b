/** One comparison: so many replies at once, each at this pace. */
export interface Scenario {
  readonly streams: number
  readonly tokensPerSecond: number
  /** Most the home's p50 may be, as a multiple of the bare relay's. */
  readonly latencyAim: number
}

export interface Plan {
  readonly scenarios: readonly Scenario[]
  /** How often home and bare take turns in each scenario. */
  readonly rounds: number
  /** How long each turn is measured, in seconds. */
  readonly windowSeconds: number
  /** The same of the first turn of each, which does not count. */
  readonly warmSeconds: number
  /** Idle sockets, and sockets opened and closed before so that code and pools are warm. */
  readonly connections: number
  readonly warmConnections: number
  /** How long idle sockets are left alone before memory is read, in seconds. */
  readonly settleSeconds: number
}

/** Most CPU time a token may cost in the home, as a multiple of the bare relay's. */
export const cpuAim = 1.5
/** Most resident memory of the hub per idle connection, in KiB. */
export const connectionAimKib = 12

export const fullPlan: Plan = {
  scenarios: [
    { streams: 1, tokensPerSecond: 50, latencyAim: 2 },
    { streams: 100, tokensPerSecond: 50, latencyAim: 2 },
    { streams: 1_000, tokensPerSecond: 20, latencyAim: 4 },
  ],
  rounds: 3,
  windowSeconds: 8,
  warmSeconds: 3,
  connections: 5_000,
  warmConnections: 500,
  settleSeconds: 30,
}

/** Shows that everything works; its figures mean little. */
export const quickPlan: Plan = {
  scenarios: [{ streams: 10, tokensPerSecond: 50, latencyAim: 2 }],
  rounds: 1,
  windowSeconds: 1,
  warmSeconds: 1,
  connections: 200,
  warmConnections: 20,
  settleSeconds: 1,
}
