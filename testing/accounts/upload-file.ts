import type { TestHub } from '../hub/start-hub.ts'
import type { PageAnswer } from './ask-page.ts'

/** Sends a file as the plain form on the account page does. */
export async function uploadFile(
  { origin }: Pick<TestHub, 'origin'>,
  { cookie }: { cookie: string },
  file: string,
): Promise<PageAnswer> {
  const form = new FormData()
  form.append('file', new File([file], 'companions.json', { type: 'application/json' }))
  const headers = { cookie, accept: 'text/html' }
  const answer = await fetch(`${origin}/account/import`, { method: 'POST', headers, body: form })
  return { status: answer.status, body: await answer.text(), headers: answer.headers }
}
