import { BackendError } from './backend.ts'

/** Lets work run for at most `forMs`. @throws BackendError `backend_stalled` past it, or what the work throws. */
export async function withinTime<Value>(
  backend: string,
  { signal, forMs }: { signal: AbortSignal; forMs: number },
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController()
  const seconds = Math.ceil(forMs / 1000)
  const timer = setTimeout(() => {
    const words = `The model backend "${backend}" took longer than ${seconds} seconds`
    late.abort(new BackendError('backend_stalled', words))
  }, forMs)
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } finally {
    clearTimeout(timer)
  }
}
