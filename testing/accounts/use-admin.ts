import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { startTestHouse, type TestHouse } from '../hub/start-house.ts'
import type { SignedIn, TestHub } from '../hub/start-hub.ts'

/** A house with its owner, who asks for the admins' pages and sends their forms as a browser without scripts does. */
export interface AdminInUse {
  readonly house: TestHouse
  readonly hub: TestHub
  readonly admin: SignedIn
  get(path: string, who?: SignedIn): Promise<Response>
  post(path: string, fields?: Readonly<Record<string, string>>, who?: SignedIn): Promise<Response>
  /** What the log has of a person, newest first. */
  actsOn(personId: string): Promise<string[]>
}

/** Opens a house before the tests of a file and closes it after. */
export function useAdmin(): AdminInUse {
  let house: TestHouse | undefined
  let admin: SignedIn | undefined
  const houseInUse = () => house ?? assert.fail('The house opens before the tests, not while they are read.')
  const adminInUse = () => admin ?? assert.fail('The owner comes in before the tests.')
  before(async () => {
    house = await startTestHouse()
    admin = await house.hub.signIn('owner')
  })
  after(() => house?.[Symbol.asyncDispose]())
  return {
    get house() {
      return houseInUse()
    },
    get hub() {
      return houseInUse().hub
    },
    get admin() {
      return adminInUse()
    },
    get: (path, who = adminInUse()) => getPage(houseInUse().hub, path, who),
    post: (path, fields = {}, who = adminInUse()) => postForm(houseInUse().hub, path, fields, who),
    actsOn: async (personId) => {
      const { items } = await houseInUse().hub.store.audit.list({ limit: 50, personId })
      return items.map(({ act }) => act)
    },
  }
}

const getPage = ({ origin }: TestHub, path: string, { cookie }: SignedIn) =>
  fetch(`${origin}${path}`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' })

const postForm = (
  { origin }: TestHub,
  path: string,
  fields: Readonly<Record<string, string>>,
  { cookie }: SignedIn,
) =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { cookie, origin, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
