import { offeredTo } from '../../accounts/offered-ways.ts'
import { nameFrom } from '../../accounts/own-words.ts'
import { removePasskey, renamePasskey } from '../../accounts/passkeys/add.ts'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../request-fields.ts'
import type { Visit } from '../visit.ts'
import { type Changed, signedIn } from './changes.ts'
import { readAccountFacts } from './facts.ts'
import { passkeysSection } from './passkeys-section.ts'

/** The card as it is, with a form in the place of the name that is to be changed. */
export async function showPasskeys(rooms: Rooms, visit: Visit): Promise<Changed> {
  const [renaming, renamed] = ['rename', 'renamed'].map((name) => fieldOf(visit.request.query, name))
  return { card: passkeysSection(await readAccountFacts(rooms, visit), { renaming, renamed }) }
}

export async function renameOnePasskey(rooms: Rooms, visit: Visit): Promise<Changed> {
  const { body } = visit.request
  const credentialId = fieldOf(body, 'credential') ?? ''
  const name = nameFrom(fieldOf(body, 'name'))
  if (name === undefined) {
    visit.reply.code(422)
    const problem = 'A name needs at least one letter.'
    const naming = { renaming: credentialId, problem }
    return { card: passkeysSection(await readAccountFacts(rooms, visit), naming) }
  }
  await renamePasskey(rooms, signedIn(visit), { credentialId, name })
  const card = passkeysSection(await readAccountFacts(rooms, visit), { renamed: credentialId })
  return { card, said: 'Saved.' }
}

export async function takePasskeyAway(rooms: Rooms, visit: Visit): Promise<Changed> {
  const credentialId = fieldOf(visit.request.body, 'credential') ?? ''
  await removePasskey(rooms, signedIn(visit), credentialId, offeredTo(rooms, visit.request))
  const said = 'Removed. Your device may still offer it; it opens nothing here.'
  const facts = await readAccountFacts(rooms, visit)
  return { card: passkeysSection(facts), said, changedWays: facts }
}
