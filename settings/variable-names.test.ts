import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startVariables } from '../deploy/start-variables.ts'
import { hubVariables } from '../server/config.ts'
import { telemetryVariables } from '../telemetry/variables.ts'
import { workerVariables } from '../workers/config.ts'
import { isKnownVariable, variableNames } from './variable-names.ts'

test('the names are those of all variables that some process of the house reads', () => {
  const read = [...hubVariables, ...workerVariables, ...telemetryVariables].flatMap(({ name, aliases }) => [
    name,
    ...aliases,
  ])
  const names = new Set([...read, ...startVariables.map(({ name }) => name)])
  assert.deepEqual(variableNames.toSorted(), [...names].toSorted())
})

test('of a provider each variable is known, whatever it is called, and nothing that only looks like one', () => {
  for (const name of ['OIDC_AUTHENTIK_ISSUER', 'OIDC_OUR_HOUSE_2_CLIENT_SECRET', 'OIDC_A_AUTH_TIME'])
    assert.ok(isKnownVariable(name), name)
  for (const name of ['OIDC_AUTHENTIK', 'OIDC__ISSUER', 'OIDC_A_ISSUERS', 'MY_OIDC_A_NAME', 'OIDC_a_NAME'])
    assert.ok(!isKnownVariable(name), name)
})
