import { CodedError } from '../../bus/contract/errors.ts'
import type { ModelInfo } from '../../bus/contract/models.ts'
import type { Log } from '../../bus/nats/log.ts'
import type { Backend } from './backend.ts'

/** Longest look at a backend, in milliseconds. */
const lookMs = 4_000

/** What is known of one backend, kept fresh by asking it for its models now and then. */
export interface Probe {
  readonly backend: Backend
  readonly up: boolean
  /**
   * Whether it is worth a wait while it is down: it has been up since this process began, or its last look ended without
   * an answer, as every look does in which the process was frozen.
   */
  readonly mayReturn: boolean
  /** Whether somebody should hear of it while it is down: it was set up, or has been up since this process began. */
  readonly isMissed: boolean
  /** Empty while it is down. */
  readonly models: readonly ModelInfo[]
  /** Why it is down. */
  readonly detail: string | undefined
  /** Resolves after the first look. */
  readonly looked: Promise<void>
  /** Looks now; looks asked for while one runs are that one. */
  look(): Promise<void>
  stop(): void
}

/** What the last look found. */
interface ProbeState extends Pick<Probe, 'up' | 'models' | 'detail'> {
  readonly isSilent: boolean
  /** In our own words, never the backend's: for the log, whose other fields say where it is looked for. */
  readonly reason?: string
}

/** Looks at a backend at once, then every `backend.probeMs` while it is up and every `retryMs` while it is down. */
export function startProbe(backend: Backend, retryMs: number, log: Log): Probe {
  const stopped = new AbortController()
  let state: ProbeState | undefined
  let wasUp = false
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const isMissed = () => backend.isUnasked !== true || wasUp

  async function lookOnce(): Promise<void> {
    clearTimeout(timer)
    const before = state
    state = await ask(backend, stopped.signal)
    if (stopped.signal.aborted) return
    wasUp ||= state.up
    if (before?.up !== state.up && (state.up || isMissed())) tellChange(backend, state, log)
    timer = setTimeout(look, state.up ? backend.probeMs : retryMs)
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined
    })
    return looking
  }

  return {
    backend,
    get up() {
      return state?.up ?? false
    },
    get mayReturn() {
      return wasUp || state?.isSilent === true
    },
    get isMissed() {
      return isMissed()
    },
    get models() {
      return state?.models ?? []
    },
    get detail() {
      return state?.detail
    },
    looked: look(),
    look,
    stop: () => {
      stopped.abort()
      clearTimeout(timer)
    },
  }
}

async function ask(backend: Backend, stopped: AbortSignal): Promise<ProbeState> {
  try {
    const models = await backend.models(AbortSignal.any([stopped, AbortSignal.timeout(lookMs)]))
    return { up: true, models, detail: undefined, isSilent: false }
  } catch (error) {
    const isSilent = !(error instanceof CodedError)
    const silence = 'It does not answer in time'
    return {
      ...{ up: false, models: [], isSilent },
      detail: isSilent ? wordsAt(backend, silence) : wordsFor(backend, error),
      reason: isSilent ? silence : error.message,
    }
  }
}

/** For people who look why there is no model; the log has the reason in its own words. */
function wordsFor(backend: Backend, { code, detail, cause }: CodedError): string {
  if (code === 'backend_unavailable' && cause !== undefined) return wordsAt(backend, 'Nothing answers')
  const { name, place } = backend
  const words = detail.replace(`The model backend "${name}" `, 'It ')
  return place ? `${words}. It is looked for at ${place.address} (${place.variable}).` : `${words}.`
}

const wordsAt = ({ place }: Backend, words: string): string =>
  place ? `${words} at ${place.address} (${place.variable}).` : `${words}.`

function tellChange({ name, kind, place }: Backend, state: ProbeState, log: Log) {
  const fields = { backend: name, kind, ...place }
  if (state.up) log('info', 'A model backend can be used', { ...fields, models: state.models.length })
  else log('warn', 'A model backend cannot be reached', { ...fields, reason: state.reason })
}
