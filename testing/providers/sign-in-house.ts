import type { HubConfig } from '../../server/config.ts'
import type { User } from '../../server/store/store.ts'
import { startTestHouse, type TestHouse } from '../hub/start-house.ts'
import type { TestHub } from '../hub/start-hub.ts'
import { type GoogleEmulator, startGoogle } from './google.ts'
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts'
import { type Page, Visitor } from './visitor.ts'

/** Two hubs behind one address, a real OpenID provider, and an emulated one. */
export interface SignInHouse extends AsyncDisposable {
  readonly house: TestHouse
  readonly hubs: readonly [TestHub, TestHub]
  /** Known to the house as `authentik`. */
  readonly issuer: OidcIssuer
  /** Known to the house as `google`. */
  readonly google: GoogleEmulator
  /** A further hub of this house, whose settings differ in these. */
  addHub(config: Partial<HubConfig>): Promise<TestHub>
  /** A browser whose requests this hub answers, or the first. */
  visitor(hub?: TestHub): Visitor
  /** Whom a browser is signed in as; undefined: nobody. */
  whoIs(visitor: Visitor): Promise<User | undefined>
}

/** Where people find the house. Nothing listens there: visitors are served by a hub. */
export const publicOrigin = 'https://home.example'

export async function startSignInHouse(config: Partial<HubConfig> = {}): Promise<SignInHouse> {
  const [issuer, google] = await Promise.all([startOidcIssuer(), startGoogle()])
  const options = {
    config: { ...configFor(issuer, google), ...config },
    providers: { google: google.origin },
  }
  const house = await startTestHouse(options)
  const { databaseUrl } = house.hub
  const addHub = (more: Partial<HubConfig>) =>
    house.addHub({ ...options, config: { ...options.config, ...more }, databaseUrl })
  const second = await addHub({})
  issuer.admit({ publicOrigin, slug: 'authentik', backChannelOrigin: second.origin })
  google.register(`${publicOrigin}/sign-in/google/callback`)
  return {
    house,
    hubs: [house.hub, second],
    issuer,
    google,
    addHub,
    visitor: (hub = house.hub) => visitorOf(hub),
    whoIs: async (visitor) => {
      const page = await visitor.ask(`${publicOrigin}/`)
      const id = /data-user-id="([^"]+)"/.exec(page.body)?.[1]
      return id === undefined ? undefined : house.hub.store.accounts.findUser(id)
    },
    [Symbol.asyncDispose]: async () => {
      await house[Symbol.asyncDispose]()
      await Promise.all([issuer[Symbol.asyncDispose](), google[Symbol.asyncDispose]()])
    },
  }
}

/** A browser for which this hub is the house. */
export function visitorOf(hub: TestHub): Visitor {
  const visitor = new Visitor()
  visitor.serve(publicOrigin, hub.origin)
  return visitor
}

const configFor = (issuer: OidcIssuer, google: GoogleEmulator): Partial<HubConfig> => ({
  publicUrl: publicOrigin,
  signUp: 'open',
  attemptsPerMinute: 100_000,
  googleClientId: google.clientId,
  googleClientSecret: google.clientSecret,
  issuers: [authentikAt(issuer)],
})

/** What a house is told of it by its settings. */
export const authentikAt = ({
  issuer,
  clientId,
  clientSecret,
}: OidcIssuer): HubConfig['issuers'][number] => ({
  slug: 'authentik',
  name: 'Authentik',
  ...{ issuer, clientId, clientSecret },
  scope: 'openid profile email groups',
  tellsSignIn: true,
})

/** Goes to a provider and comes back, but stops before the house has seen the answer. */
export async function fetchAnswer(visitor: Visitor, slug: string, query = ''): Promise<URL> {
  const back = await visitor.follow(
    `${publicOrigin}/sign-in/${slug}${query}`,
    (url) => url.origin === publicOrigin,
  )
  return back.url
}

/** Sends the form that begins linking. @returns where the answer's page moves on to. */
export async function beginLink(visitor: Visitor, slug: string): Promise<string> {
  const page = await visitor.submit(`${publicOrigin}/sign-in/${slug}/link`)
  const [, there] = /^0; url=(.+)$/.exec(page.headers.refresh?.toString() ?? '') ?? []
  if (there === undefined) throw new Error(`Linking was answered with ${page.status}`)
  return there
}

/** The whole way. @returns the page it ends on. */
export const signInAt = (visitor: Visitor, slug: string, query = ''): Promise<Page> =>
  visitor.follow(`${publicOrigin}/sign-in/${slug}${query}`)
