import type { HubConfig } from '../config.ts'
import { isLoopback } from './local-request.ts'

/** Whether guests cannot be relied on here: strangers may reach the house, or everybody comes through a proxy. */
export const needsOwnerLink = (config: Pick<HubConfig, 'host' | 'publicUrl' | 'guests'>): boolean =>
  config.guests === 'off' || config.publicUrl !== '' || !isLoopback(config.host)
