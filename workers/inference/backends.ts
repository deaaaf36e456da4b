import { setTimeout as pause } from 'node:timers/promises'
import { CodedError } from '../../bus/contract/errors.ts'
import { maxModelNameLength } from '../../bus/contract/limits.ts'
import type { ModelsAnswer } from '../../bus/contract/models.ts'
import type { Log } from '../../bus/nats/log.ts'
import type { Backend } from './backend.ts'
import { type Choice, chooseModel } from './choose-model.ts'
import { sameModel } from './ollama.ts'
import { type Probe, startProbe } from './probe.ts'

export interface BackendsOptions {
  /** In order of preference. */
  readonly backends: readonly Backend[]
  readonly demo: Backend
  /** `auto`: while no backend that can be reached has a model; `on`: always and alone; `off`: never. */
  readonly demoMode: 'auto' | 'on' | 'off'
  readonly defaultModel: string | undefined
  readonly log: Log
  /** How often a backend that is down is looked at, in milliseconds. Default 2,000. */
  readonly retryMs?: number
  /** How long a request waits for a backend that was there before, in milliseconds. Default 6,000. */
  readonly returnMs?: number
}

/** All backends of this worker, and which of them answers. */
export interface Backends {
  /**
   * The backend and model that answer a request which names `model`, or none.
   *
   * @throws CodedError `model_not_found` with the names that are there, or `backend_unavailable`.
   */
  choose(model: string | undefined, signal: AbortSignal): Promise<Choice>
  /** Has the backend looked at again at once: it just failed. */
  suspect(backend: Backend): void
  list(): Promise<ModelsAnswer>
  close(): void
}

export function openBackends(options: BackendsOptions): Backends {
  const { demo, demoMode, retryMs = 2_000 } = options
  const watched = demoMode === 'on' ? [] : options.backends
  const probes = watched.map((backend) => startProbe(backend, retryMs, options.log))
  const warnOfDefault = warnOnce(options)

  if (demoMode === 'auto') void tellOfDemo(probes, options.log)

  return {
    choose: async (model, signal) => {
      const wanted = model === 'demo' ? undefined : model
      const choice = await chooseAmong(probes, options, wanted, signal)
      if (wanted === undefined && choice.backend !== demo) warnOfDefault(choice)
      return choice
    },
    suspect: (backend) => probes.find((probe) => probe.backend === backend)?.look(),
    list: async () => {
      await settle(probes, 0, AbortSignal.timeout(5_000))
      return listModels(probes, options)
    },
    close: () => {
      for (const probe of probes) probe.stop()
    },
  }
}

async function chooseAmong(
  probes: readonly Probe[],
  { demo, demoMode, defaultModel, returnMs = 6_000 }: BackendsOptions,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Choice> {
  const demoChoice: Choice = { backend: demo, model: 'demo' }
  if (demoMode === 'on') return demoChoice
  await settle(probes, returnMs, signal)
  const up = probes.filter((probe) => probe.up)
  if (up.length === 0) {
    if (demoMode === 'auto') return demoChoice
    throw new CodedError('backend_unavailable', whatIsMissed(probes))
  }
  const choice = chooseModel(up, wanted, defaultModel)
  if (choice !== undefined) return choice
  // It may have been pulled since the last look.
  await Promise.all(probes.map((probe) => probe.look()))
  const second = chooseModel(probes, wanted, defaultModel)
  if (second !== undefined) return second
  if (demoMode === 'auto' && haveNothing(probes)) return demoChoice
  throw notThere(probes, wanted)
}

/** Warns of a choice that was to be the default model and is another. */
function warnOnce({ defaultModel, log }: BackendsOptions): (choice: Choice) => void {
  let isWarned = defaultModel === undefined
  return ({ model }) => {
    if (isWarned || model === defaultModel || sameModel(model, defaultModel ?? '')) return
    isWarned = true
    log('warn', 'DEFAULT_MODEL is not installed: another answers', { default_model: defaultModel, model })
  }
}

/** Also while they are down: nothing is known of their models then. */
const haveNothing = (probes: readonly Probe[]): boolean => probes.every(({ models }) => models.length === 0)

/** Whoever set nothing up reads a warning of Ollama first, and should know that it is no failure. */
async function tellOfDemo(probes: readonly Probe[], log: Log): Promise<void> {
  await Promise.all(probes.map((probe) => probe.looked))
  if (haveNothing(probes)) log('info', 'The demo answers while no backend has a model', {})
}

/** Waits for the first look at each, and a moment for backends to return if one may and none is up. */
async function settle(probes: readonly Probe[], returnMs: number, signal: AbortSignal): Promise<void> {
  await Promise.all(probes.map((probe) => probe.looked))
  const endsAt = performance.now() + returnMs
  while (
    probes.some((probe) => probe.mayReturn) &&
    !probes.some((probe) => probe.up) &&
    performance.now() < endsAt
  ) {
    await pause(300, undefined, { signal })
    await Promise.all(probes.map((probe) => probe.look()))
  }
}

/** A backend that is away for the moment may be the one that has the model. */
function notThere(probes: readonly Probe[], wanted: string | undefined): CodedError {
  const away = probes.find((probe) => !probe.up && probe.mayReturn)
  if (away === undefined) return new CodedError('model_not_found', whatIsThere(probes, wanted))
  const detail = `The model backend "${away.backend.name}" cannot be reached at the moment`
  return new CodedError('backend_unavailable', detail)
}

/** Which were looked for in vain. Where is not for everybody who asks something, so log and model menu tell that. */
const whatIsMissed = (probes: readonly Probe[]): string =>
  `Not reachable at the moment: ${probes.flatMap(({ isMissed, backend }) => (isMissed ? [backend.name] : [])).join(', ')}`

function whatIsThere(probes: readonly Probe[], wanted: string | undefined): string {
  const names = probes.filter((probe) => probe.up).flatMap((probe) => probe.models.map((model) => model.id))
  if (names.length === 0) return 'No model is installed yet. With Ollama: "ollama pull llama3.2"'
  const more = names.length > 20 ? `, and ${names.length - 20} more` : ''
  return `The model "${wanted}" is not installed. There are: ${names.slice(0, 20).join(', ')}${more}`
}

/** Hosted backends may offer thousands, and a list is one message on the bus. */
const maxListedModels = 500

async function listModels(probes: readonly Probe[], options: BackendsOptions): Promise<ModelsAnswer> {
  const { demo, demoMode, defaultModel } = options
  const up = probes.filter((probe) => probe.up)
  const demoAnswers = demoMode === 'on' || (demoMode === 'auto' && haveNothing(probes))
  const models = up
    .flatMap((probe) => probe.models)
    .filter(({ id }) => id.length <= maxModelNameLength)
    .slice(0, maxListedModels)
  const demoModels = demoAnswers ? await demo.models(AbortSignal.timeout(1_000)) : []
  const chosen = demoAnswers ? 'demo' : chooseModel(up, undefined, defaultModel)?.model
  return {
    models: [...models, ...demoModels],
    backends: [
      ...probes
        .filter((probe) => probe.up || probe.isMissed)
        .map(({ backend: { name, kind }, up: isUp, detail }) => ({
          name,
          kind,
          status: isUp ? ('up' as const) : ('down' as const),
          ...(detail !== undefined && { detail }),
        })),
      ...(demoAnswers ? [{ name: demo.name, kind: demo.kind, status: 'up' as const }] : []),
    ],
    ...(chosen !== undefined && { default_model: chosen }),
  }
}
