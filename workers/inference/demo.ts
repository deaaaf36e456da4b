import { setTimeout as pause } from 'node:timers/promises'
import type { Backend, GenerateRequest, Hear } from './backend.ts'
import { demoAnswer } from './demo-answer.ts'

const demoModel = 'demo'

export interface DemoOptions {
  /** Mean pieces a second; default 35, about as fast as one reads. */
  readonly piecesPerSecond?: number
}

/**
 * Answers in memory, without a model, and says so. The answer depends on nothing but the prompt, so that another
 * worker goes on with one that was begun.
 */
export function demoBackend({ piecesPerSecond = 35 }: DemoOptions = {}): Backend {
  return {
    name: 'demo',
    kind: 'demo',
    probeMs: 60_000,
    models: async () => [{ id: demoModel, backend: 'demo' }],
    contextLength: async () => 8_192,
    canContinue: async (_model, prompt, begun) => demoAnswer(prompt).startsWith(begun),
    generate: (request, signal, hear) => generate(request, 1000 / piecesPerSecond, { signal, hear }),
  }
}

async function generate(
  request: GenerateRequest,
  pieceMs: number,
  { signal, hear }: { signal: AbortSignal; hear: Hear },
): Promise<void> {
  const answer = demoAnswer(request)
  const pieces = answer.slice(request.begun.length).match(/\s*\S{1,8}/gu) ?? []
  const most = request.maxTokens ?? Number.POSITIVE_INFINITY
  let said = 0
  for (const text of pieces) {
    if (said >= most) break
    await pause(said === 0 ? 6 * pieceMs : pieceMs * unevenness(text), undefined, { signal })
    if (hear({ kind: 'text', text })) return
    said += 1
  }
  hear({
    kind: 'end',
    reason: said < pieces.length ? 'length' : 'stop',
    usage: { completion_tokens: said },
  })
}

/** A longer breath after a sentence and a shorter one inside it. */
const unevenness = (text: string): number => (/[.!?:]$/.test(text) ? 2 : 0.9)
