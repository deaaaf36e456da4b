/** The hub's settings, checked once at start (see `main.ts`). */
export interface HubConfig {
  readonly host: string
  readonly port: number
  /** Longest message, in UTF-16 code units. */
  readonly maxMessageLength: number
}
