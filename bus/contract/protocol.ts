/** What both ends of the browser's socket agree on (PROTOCOL section 6). A browser loads this, so it stands by itself. */
export const socketPath = '/ws'
export const subprotocol = 'companions.v1'
export const protocolVersion = 1

/** Most requests one `hello` may resume. */
export const maxResume = 32

/** Whether a browser should come back by itself after a socket closed with this code. */
export const shouldReconnect = (closeCode: number): boolean =>
  closeCode !== 1002 && closeCode !== 1009 && !(closeCode >= 4500 && closeCode <= 4999)
