import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../../house.ts'
import { invitationsPath, postInvitations, postRevoke, showInvitations } from './invitations.ts'
import { logPath, showLog } from './log.ts'
import { everybodyPath, postEverybodyOut, showPeople } from './people.ts'
import { postDelete, postDisable, postEnable, postRole, postSignOut, showPerson } from './person.ts'
import { personPath } from './person-path.ts'
import { postRevokeKey } from './person-ways.ts'
import { postLimit, postSignUp, rulesPath, showRules } from './rules.ts'
import { adminAct, adminPage, freshly } from './visit.ts'

/** The longest form is an invitation's. */
const maxFormBytes = 4 * 1024

/** `/admin`: people, invitations, rules and the log, for admins alone. */
export function registerAdmin(app: FastifyInstance, rooms: Rooms): void {
  app.register(async (pages) => {
    await pages.register(formbody, { bodyLimit: maxFormBytes })
    registerPeople(pages, rooms)
    registerInvitations(pages, rooms)
    registerRules(pages, rooms)
    pages.get(logPath, adminPage(rooms, showLog))
  })
}

function registerPeople(pages: FastifyInstance, rooms: Rooms): void {
  pages.get('/admin', adminPage(rooms, showPeople))
  pages.post(everybodyPath, adminAct(rooms, postEverybodyOut))
  pages.get('/admin/people/:id', adminPage(rooms, showPerson))
  pages.post('/admin/people/:id/role', freshly(personPath, adminAct(rooms, postRole)))
  pages.post('/admin/people/:id/disable', adminAct(rooms, postDisable))
  pages.post('/admin/people/:id/enable', freshly(personPath, adminAct(rooms, postEnable)))
  pages.post('/admin/people/:id/sign-out', adminAct(rooms, postSignOut))
  pages.post('/admin/people/:id/keys/:keyId/revoke', adminAct(rooms, postRevokeKey))
  pages.post('/admin/people/:id/delete', freshly(personPath, adminAct(rooms, postDelete)))
}

function registerInvitations(pages: FastifyInstance, rooms: Rooms): void {
  const back = () => invitationsPath
  pages.get(invitationsPath, adminPage(rooms, showInvitations))
  pages.post(invitationsPath, freshly(back, adminPage(rooms, postInvitations)))
  pages.post(`${invitationsPath}/:id/revoke`, adminAct(rooms, postRevoke))
}

function registerRules(pages: FastifyInstance, rooms: Rooms): void {
  pages.get(rulesPath, adminPage(rooms, showRules))
  pages.post(
    `${rulesPath}/sign-up`,
    freshly(() => rulesPath, adminAct(rooms, postSignUp)),
  )
  pages.post(`${rulesPath}/limits/:name`, adminAct(rooms, postLimit))
}
