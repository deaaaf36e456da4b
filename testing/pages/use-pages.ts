import assert from 'node:assert/strict'
import { after, before, beforeEach } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import type { User } from '../../server/store/store.ts'
import { type OpenHouse, openHouse } from './open-house.ts'

/** What the tests of one file share: the pages, two people, and the ways to ask. Before each test Mira visits. */
export interface PagesInUse {
  readonly house: OpenHouse
  readonly mira: User
  readonly other: User
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** As HTMX sends a form. */
  send(
    method: 'POST' | 'DELETE',
    url: string,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>
}

export const fragment = { 'hx-request': 'true' }

/** Like `assert.match` and its opposite, without the whole page in the message. */
export const shows = (body: string, pattern: RegExp, where = ''): void =>
  assert.ok(pattern.test(body), `${where} shows ${pattern}`)
export const hides = (body: string, pattern: RegExp, where = ''): void =>
  assert.ok(!pattern.test(body), `${where} hides ${pattern}`)

/** Opens the pages before the tests of a file and closes them after. */
export function usePages(): PagesInUse {
  let opened: { house: OpenHouse; mira: User; other: User } | undefined
  const inUse = () => opened ?? assert.fail('The pages open before the tests, not while they are read.')
  before(async () => {
    const house = await openHouse()
    opened = { house, mira: await house.addPerson('Mira'), other: await house.addPerson('Other') }
  })
  beforeEach(() => {
    inUse().house.visitor = inUse().mira
  })
  after(() => opened?.house.close())
  return {
    get house() {
      return inUse().house
    },
    get mira() {
      return inUse().mira
    },
    get other() {
      return inUse().other
    },
    get: (url, headers = {}) => inUse().house.app.inject({ url, headers }),
    send: (method, url, form = {}, headers = {}) =>
      inUse().house.app.inject({
        method,
        url,
        headers: { ...fragment, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams(form).toString(),
      }),
  }
}
