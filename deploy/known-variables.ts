import { isIssuerVariable } from '../server/accounts/providers/read-issuers.ts'
import { hubVariables } from '../server/config.ts'
import { telemetryVariables } from '../telemetry/variables.ts'
import { workerVariables } from '../workers/config.ts'
import { startVariables } from './start-variables.ts'

/** Every variable of the house by every name that it goes by; of an issuer's with `{NAME}` in the place of its own. */
export const knownVariables: ReadonlySet<string> = new Set([
  ...[...hubVariables, ...workerVariables, ...telemetryVariables].flatMap(({ name, aliases }) => [
    name,
    ...aliases,
  ]),
  ...startVariables.map(({ name }) => name),
])

/** An issuer's are named by whoever runs the house. */
export const isKnownVariable = (name: string): boolean => knownVariables.has(name) || isIssuerVariable(name)
