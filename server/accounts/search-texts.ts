import type { AccountStore } from '../store/store.ts'

/** People in one transaction, since a long one holds others up. */
const batch = 100
/** Most transactions of one round; the next goes on. */
const maxBatches = 100

/** Has the search of people find everybody by folded names, also who was here before it or was made by an older hub. */
export async function fillSearchTexts(accounts: AccountStore): Promise<void> {
  for (let round = 0; round < maxBatches; round += 1)
    if ((await accounts.fillSearchTexts(batch)) < batch) return
}
