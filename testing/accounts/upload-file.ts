import type { TestHub } from '../hub/start-hub.ts'
import type { PageAnswer } from './ask-page.ts'

/** What the form on the account page holds when a file was chosen. */
export function formWith(file: string): FormData {
  const form = new FormData()
  form.append('file', new File([file], 'companions.json', { type: 'application/json' }))
  return form
}

/** Sends a file as the plain form on the account page does. */
export async function uploadFile(
  { origin }: Pick<TestHub, 'origin'>,
  { cookie }: { cookie: string },
  file: string,
): Promise<PageAnswer> {
  const headers = { cookie, accept: 'text/html' }
  const answer = await fetch(`${origin}/account/import`, { method: 'POST', headers, body: formWith(file) })
  return { status: answer.status, body: await answer.text(), headers: answer.headers }
}
