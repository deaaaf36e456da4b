/** The storage all tabs share, or undefined where a browser forbids it. */
export function sharedStorage(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
