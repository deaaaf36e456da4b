import type { TestHub } from '../hub/start-hub.ts'

export interface PageAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Headers
}

/** Asks for a page with somebody's cookie, or sends a form of it as HTMX does; no redirect is followed. */
export async function askPage(
  hub: TestHub,
  path: string,
  { cookie }: { cookie: string },
  form?: Readonly<Record<string, string>>,
): Promise<PageAnswer> {
  const sent = form && { method: 'POST', body: new URLSearchParams(form) }
  const headers = { cookie, accept: 'text/html', ...(form && { 'hx-request': 'true' }) }
  const answer = await fetch(`${hub.origin}${path}`, { headers, redirect: 'manual', ...sent })
  return { status: answer.status, body: await answer.text(), headers: answer.headers }
}
