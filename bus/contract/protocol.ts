/** The browser socket's path, subprotocol and protocol number (PROTOCOL section 4). */
export const socketPath = '/ws'
export const subprotocol = 'companions.v1'
export const protocolVersion = 1
