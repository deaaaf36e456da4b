/** Variables that no process reads as a setting: those of the bootstrap, of the tests, and of an image. */
export const startVariables: readonly { readonly name: string; readonly meaning: string }[] = [
  {
    name: 'NATS_SERVER_BIN',
    meaning: '`npm start`, `npm test`: the nats-server to use, instead of one on the path or of its own.',
  },
  {
    name: 'CHROMIUM_BIN',
    meaning: '`npm test`: the Chromium to use, instead of one on the path or of its own.',
  },
  {
    name: 'POSTGRES_BIN',
    meaning: '`npm test`: the folder of `initdb` and `postgres`, instead of the system’s or one of its own.',
  },
  {
    name: 'COMMIT',
    meaning: 'The commit that `/version` names, for an image. In a clone git says it.',
  },
  {
    name: 'BUILT_AT',
    meaning: 'The time that `/version` names, for an image, as in `2026-01-31T12:00:00Z`.',
  },
]
