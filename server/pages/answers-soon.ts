import type { ModelsAnswer } from '../../bus/contract/models.ts'
import type { House } from '../house.ts'

/** How long a page waits for the list of models, in milliseconds; after that it is shown without, and asks again. */
const patienceMs = 200

/** The models there are, or undefined where nobody answers soon: a page never waits for a slow worker. */
export function modelsSoon(house: House): Promise<ModelsAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs)
    house
      .models()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
