import type { HubConfig } from '../config.ts'
import { isLoopback } from './local-request.ts'

/**
 * Whether guests cannot be relied on here: strangers may reach the house, or everybody comes through a proxy. Then a start
 * prints an owner link while no admin has another way in.
 */
export const needsOwnerLink = (
  config: Pick<HubConfig, 'host' | 'publicUrl' | 'guests' | 'ownerLink'>,
): boolean =>
  config.ownerLink === 'always' ||
  config.guests === 'off' ||
  config.publicUrl !== '' ||
  !isLoopback(config.host)
