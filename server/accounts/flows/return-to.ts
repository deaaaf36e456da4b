/** Longest address that a sign-in comes back to, in characters. */
const maxLength = 1_000

/** Stands for this house, whatever it is called. */
const here = 'http://house.invalid'

/**
 * Where a browser goes after a sign-in: a path of this house, and nothing else. What a browser would take for another
 * host (`//host`, `/\host`, a scheme, any of them behind characters that URLs drop) leads to the first page, and so
 * does what would begin a sign-in or end one.
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > maxLength || !/^\/(?![/\\])/.test(wanted)) return '/'
  if (/[\p{Cc}\\]/u.test(wanted)) return '/'
  const url = URL.parse(wanted, here)
  if (url === null || url.origin !== here || /^\/(sign-in|sign-out|owner)(\/|$)/.test(routed(url))) return '/'
  const path = `${url.pathname}${url.search}${url.hash}`
  // Dots can leave two slashes at the front.
  return path.startsWith('//') ? '/' : path
}

/** The path as the router takes it: `/%73ign-in` is `/sign-in` there. What it does not take leads to a way in for none. */
function routed({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return '/sign-in'
  }
}
