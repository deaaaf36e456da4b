import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { errorFields } from '../../telemetry/logger.ts'
import type { HubConfig } from '../config.ts'
import { hubSettings } from '../config-settings.ts'
import type { Rooms } from '../house.ts'

/** What admins decide at run time, where no variable of the environment does. */
export const ruleNames = [
  'signUp',
  'messagesPerMinute',
  'tokensPerDay',
  'uploadMibPerDay',
  'concurrentReplies',
  'concurrentCalls',
] as const
export type RuleName = (typeof ruleNames)[number]
export type HouseRules = Pick<HubConfig, RuleName>

/** How long a hub goes by the rules it read, in milliseconds; a change reaches all hubs within this time. */
const believedMs = 5_000

/** The house setting that holds them. */
const settingName = 'rules'

/** The values that a variable would take, so that a page cannot set what the environment could not. */
const SetRules = Type.Partial(
  Type.Object({
    signUp: hubSettings.signUp.schema,
    messagesPerMinute: hubSettings.messagesPerMinute.schema,
    tokensPerDay: hubSettings.tokensPerDay.schema,
    uploadMibPerDay: hubSettings.uploadMibPerDay.schema,
    concurrentReplies: hubSettings.concurrentReplies.schema,
    concurrentCalls: hubSettings.concurrentCalls.schema,
  }),
)

/** Whether a variable of the environment decides it. */
export const isFixed = ({ fixed }: Pick<HubConfig, 'fixed'>, name: RuleName): boolean => fixed.includes(name)

/** The rules that hold now, asked of the store. A value that is not understood counts as not set. */
export async function readHouseRules({
  config,
  store,
}: Pick<Rooms, 'config' | 'store'>): Promise<HouseRules> {
  const set = await store.houseSettings.get(settingName)
  const known = isSetRules(set) ? set : {}
  const of = <Name extends RuleName>(name: Name): HubConfig[Name] =>
    isFixed(config, name) ? config[name] : ((known[name] as HubConfig[Name] | undefined) ?? config[name])
  return {
    signUp: of('signUp'),
    messagesPerMinute: of('messagesPerMinute'),
    tokensPerDay: of('tokensPerDay'),
    uploadMibPerDay: of('uploadMibPerDay'),
    concurrentReplies: of('concurrentReplies'),
    concurrentCalls: of('concurrentCalls'),
  }
}

/**
 * Sets some of the rules, and leaves the others.
 *
 * @returns false where a value is none that the rule takes, or a variable of the environment decides it.
 */
export async function setHouseRules(
  { config, store }: Pick<Rooms, 'config' | 'store'>,
  change: Partial<HouseRules>,
  by: { userId: string; now: number },
): Promise<boolean> {
  if (!isSetRules(change) || ruleNames.some((name) => name in change && isFixed(config, name))) return false
  const set = await store.houseSettings.get(settingName)
  await store.houseSettings.set(settingName, { ...(isSetRules(set) ? set : {}), ...change }, by)
  return true
}

const isSetRules = (value: unknown): value is Partial<HouseRules> => Value.Check(SetRules, value)

/**
 * The rules for what is asked with each message: read at most every `believedMs`. While the store is away the last
 * known ones hold.
 */
export function rememberHouseRules({
  config,
  store,
  log,
}: Pick<Rooms, 'config' | 'store' | 'log'>): () => Promise<HouseRules> {
  let known: HouseRules = config
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  const read = async () => {
    try {
      known = await readHouseRules({ config, store })
      readAt = performance.now()
    } catch (error) {
      log.debug(errorFields(error), 'The rules of the house are not read')
    } finally {
      reading = undefined
    }
  }
  return async () => {
    if (performance.now() - readAt > believedMs) {
      reading ??= read()
      await reading
    }
    return known
  }
}
