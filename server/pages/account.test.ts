import { test } from 'node:test'
import { hides, shows, usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('the owner can sign out from the list, and a guest has nothing to sign out of', async () => {
  pages.house.visitor = { ...pages.mira, kind: 'owner' }
  const { body } = await pages.get('/')
  shows(
    body,
    /<button type="button"[^>]* popovertarget="account-menu" aria-haspopup="menu"[^>]*>.*Account: .*Mira/,
  )
  shows(
    body,
    /<form method="post" action="\/sign-out"><div role="menu"[^>]*>\s*<a href="\/account" role="menuitem"[^>]*>.*\s*<button type="submit" role="menuitem"/,
  )
  hides(body, /in this browser only/)
  pages.house.visitor = pages.mira
  const guest = await pages.get('/')
  hides(guest.body, /sign-out|account-menu/)
  shows(guest.body, /in this browser only/)
})
