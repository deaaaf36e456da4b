/** The names of all spans, so that a search for one finds where it is made. Never a span per token. */
export const spanNames = {
  chatAccept: 'chat accept',
  chatGenerate: 'chat generate',
  chatRecord: 'chat record',
  busPublish: 'bus publish',
  busDeliver: 'bus deliver',
  busRequest: 'bus request',
  busRespond: 'bus respond',
} as const
