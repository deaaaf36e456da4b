import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { hashToken, newToken } from '../../server/accounts/sessions/tokens.ts'
import { buildAssets } from '../../server/assets/build.ts'
import { loadAssets } from '../../server/assets/load.ts'
import type { HubConfig } from '../../server/config.ts'
import { type Balancer, startBalancer } from '../hub/balancer.ts'
import { startTestHouse, type TestHouse } from '../hub/start-house.ts'
import type { SignedIn, TestHub } from '../hub/start-hub.ts'
import { launchChromium } from '../servers/chromium.ts'

/** Two hubs behind `http://localhost`, as browsers see them, with everything a page loads; and a Chromium. */
export interface AccountHouse extends AsyncDisposable {
  readonly house: TestHouse
  readonly hubs: readonly [TestHub, TestHub]
  readonly balancer: Balancer
  /** A browser of its own with a device that has passkeys, at the house's first page unless `signedIn` says who. */
  browse(signedIn?: SignedIn): Promise<AccountVisitor>
  /** An invitation's path. */
  invite(role?: 'user' | 'admin'): Promise<string>
}

export interface AccountVisitor {
  readonly page: Page
  readonly context: BrowserContext
  readonly device: VirtualDevice
}

/** Chromium's virtual authenticator: a phone or laptop that holds passkeys, unlocked by whoever has it. */
export interface VirtualDevice {
  readonly session: CDPSession
  readonly id: string
}

export async function startAccountHouse(config: Partial<HubConfig> = {}): Promise<AccountHouse> {
  const root = path.resolve(import.meta.dirname, '../..')
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'account-assets-'))
  await buildAssets({ root, outDir })
  const [assets, balancer, chromium] = await Promise.all([
    loadAssets(outDir),
    startBalancer(),
    launchChromium(),
  ])
  // All these browsers come from one address.
  const options = { config: { publicUrl: balancer.origin, attemptsPerMinute: 10_000, ...config }, assets }
  const house = await startTestHouse(options)
  const second = await house.addHub({ ...options, databaseUrl: house.hub.databaseUrl })
  balancer.choose(house.hub.port)
  return {
    house,
    hubs: [house.hub, second],
    balancer,
    browse: (signedIn) => browse(chromium, balancer.origin, signedIn),
    invite: (role = 'user') => invite(house.hub, role),
    [Symbol.asyncDispose]: async () => {
      await chromium.close()
      await house[Symbol.asyncDispose]()
      await balancer[Symbol.asyncDispose]()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}

async function browse(chromium: Browser, origin: string, signedIn?: SignedIn): Promise<AccountVisitor> {
  const context = await chromium.newContext({ baseURL: origin })
  context.setDefaultTimeout(10_000)
  const [name = '', value = ''] = signedIn?.cookie.split('=') ?? []
  if (signedIn !== undefined) await context.addCookies([{ name, value, url: origin }])
  const page = await context.newPage()
  // The questions before something is taken away.
  page.on('dialog', (dialog) => void dialog.accept())
  return { page, context, device: await addDevice(page) }
}

async function addDevice(page: Page): Promise<VirtualDevice> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  return { session, id }
}

async function invite({ store }: TestHub, role: 'user' | 'admin'): Promise<string> {
  const token = newToken()
  const now = Date.now()
  const createdBy = uuidv7()
  const admin = { name: 'Admin', kind: 'member', role: 'admin', email: null } as const
  await store.accounts.createUser({ id: createdBy, ...admin, createdAt: now })
  await store.invitations.create({
    ...{ id: uuidv7(), tokenHash: hashToken(token), role, note: 'Ada', createdBy },
    ...{ createdAt: now, expiresAt: now + 60_000 },
  })
  return `/invitation/${token}`
}
