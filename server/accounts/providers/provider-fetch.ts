import type { CustomFetch } from 'openid-client'
import { SignInFault } from './sign-in-fault.ts'

/** Longest wait for one answer of a provider, in seconds. Past it the sign-in ends as `away`. */
export const answerTimeoutSeconds = 10

/** Largest answer of a provider, in bytes. Past it the sign-in ends as `away`. */
const maxAnswerBytes = 512 * 1024

/** Changes a provider's answer into what the standard says it is. */
export type Normalise = (answer: {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}) => { readonly status: number; readonly body: unknown }

/** A `fetch` that reads no more than it must, and lets a provider's habits be put right where it answers `path`. */
export const createProviderFetch =
  (normalise?: { path: string; change: Normalise }): CustomFetch =>
  async (url, { body, headers, method, redirect, signal }) => {
    const response = await fetch(url, {
      headers,
      method,
      redirect,
      // The one request with a body is the one for a token, which is a form.
      body: body instanceof URLSearchParams ? body : null,
      signal: signal ?? AbortSignal.timeout(answerTimeoutSeconds * 1000),
    })
    const text = await readBounded(response)
    const asked = new URL(url).pathname
    const fixed =
      normalise?.path === asked ? normaliseText(text, response.status, normalise.change) : undefined
    const { status, statusText } = response
    const answer = { status: fixed?.status ?? status, statusText, headers: response.headers }
    return new Response(hasNoBody(answer.status) ? null : (fixed?.text ?? text), answer)
  }

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > maxAnswerBytes) throw new SignInFault('away', 'The provider sent too much')
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

function normaliseText(text: string, status: number, change: Normalise) {
  const body = parseObject(text)
  if (body === undefined) return undefined
  const changed = change({ status, body })
  return { status: changed.status, text: JSON.stringify(changed.body) }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Such a `Response` can't be made with a body. */
const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304
