import type { ModelsAnswer } from '../../bus/contract/models.ts'
import type { House } from '../house.ts'
import type { User } from '../store/store.ts'

/** How long a page waits for what workers say, in milliseconds; after that it is shown without, and asks again. */
const patienceMs = 200

/** The models there are, or undefined where nobody answers soon: a page never waits for a slow worker. */
export const modelsSoon = (house: House): Promise<ModelsAnswer | undefined> => soon(house.models())

/** Whether a person can call, as far as that is known soon. */
export const canCallSoon = async (house: House, user: User): Promise<boolean> =>
  (await soon(house.canCall(user))) ?? false

function soon<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs)
    asked.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
