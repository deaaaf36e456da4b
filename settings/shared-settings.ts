import { busUrl, choice, duration } from './kinds.ts'

/** What the hub and the workers read alike. */
export const sharedSettings = {
  natsUrl: busUrl('NATS_URL', {
    default: 'nats://127.0.0.1:4222',
    meaning:
      'The bus; of a cluster all servers, with commas between them, since no others are tried. A token, or a user and password, may stand before the @. Without it `npm start` brings a bus of its own.',
    secret: true,
  }),
  drainGraceMs: duration(0, 600_000)('DRAIN_GRACE', {
    default: '10s',
    meaning: 'Time that a stopping process gives what is under way. Past it others take it over.',
  }),
  logLevel: choice(
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
    'silent',
  )('LOG_LEVEL', {
    default: 'info',
    meaning: 'The least important thing that is logged: fatal, error, warn, info, debug, trace or silent.',
  }),
  logFormat: choice('json', 'pretty')('LOG_FORMAT', {
    default: 'json',
    meaning:
      'json: one object a line. pretty: lines for people, of requests only those that were refused or failed unless LOG_LEVEL is debug; `npm start` in a terminal takes these.',
  }),
}
