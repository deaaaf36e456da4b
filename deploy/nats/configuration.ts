import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hubRights, type Rights, workerRights } from './rights.ts'

/**
 * The accounts of hubs and workers for a nats-server of 2.9 or later; passwords come from its environment.
 *
 * Two accounts, and not two users of one: a server answers to whatever subject a request names, with its own rights.
 * Within one account a worker could have any message, and any call of JetStream, published for it. What crosses
 * between accounts is what both of them name, and answers stay in the account of who asked.
 */
export function accountsConfiguration(): string {
  const crossing = workerRights.publish.map((subject) => ({ subject, local: localName(subject) }))
  const local = { ...workerRights, publish: crossing.map((one) => one.local) }
  return `# Made by \`node deploy/nats/configuration.ts\` from rights.ts: change that, and not this file.

accounts {
  HOUSE {
    jetstream: enabled
    users: [
${user('hub', '$HUB_PASSWORD', hubRights, '      ')}
    ]
    exports: [
${crossing.map(({ subject }) => line({ service: subject, ...several(subject), accounts: '[WORKERS]' })).join('\n')}
${workerRights.hear.map((subject) => line({ stream: subject, accounts: '[WORKERS]' })).join('\n')}
    ]
    imports: [
${workerRights.answer.map(({ subject }) => line({ service: from('WORKERS', subject) })).join('\n')}
    ]
  }

  WORKERS {
    users: [
${user('worker', '$WORKER_PASSWORD', local, '      ')}
    ]
    exports: [
${workerRights.answer.map(({ subject }) => line({ service: subject, accounts: '[HOUSE]' })).join('\n')}
    ]
    # An account without streams of its own has the server answer its calls; they go to the other account instead, and
    # permissions are asked for the name they go by.
    mappings: { "$JS.API.>": "house.API.>" }
    imports: [
${crossing.map(({ subject, local }) => line({ service: from('HOUSE', subject), to: local })).join('\n')}
${workerRights.hear.map((subject) => line({ stream: from('HOUSE', subject) })).join('\n')}
    ]
  }
}
`
}

/** Users `hub` and `worker` of one account, for a server that only this machine's own processes reach. */
export const usersConfiguration = (passwords: { readonly hub: string; readonly worker: string }): string =>
  `authorization {
  users: [
${user('hub', JSON.stringify(passwords.hub), hubRights, '    ')}
${user('worker', JSON.stringify(passwords.worker), workerRights, '    ')}
  ]
}
`

function user(name: string, password: string, rights: Rights, indent: string): string {
  const heard = [
    ...rights.hear,
    ...rights.answer.map(({ subject, queue }) => `${subject} ${queue}`),
    `${rights.inbox}.>`,
  ]
  const list = (subjects: readonly string[]) =>
    subjects.map((subject) => `${indent}      ${JSON.stringify(subject)}`).join('\n')
  return `${indent}{
${indent}  user: ${name}
${indent}  password: ${password}
${indent}  permissions {
${indent}    publish: [
${list(rights.publish)}
${indent}    ]
${indent}    subscribe: [
${list(heard)}
${indent}    ]
${indent}    # One answer to each request, within two minutes.
${indent}    allow_responses: true
${indent}  }
${indent}}`
}

type Fields = Readonly<Record<string, string>>

/** Names in our subjects need quotes, what stands in brackets must not have them. */
function line(fields: Fields): string {
  const written = Object.entries(fields).map(([name, value]) => {
    const bare = value.startsWith('{') || value.startsWith('[')
    return `${name}: ${bare ? value : JSON.stringify(value)}`
  })
  return `      { ${written.join(', ')} }`
}

const from = (account: string, subject: string): string =>
  `{ account: ${account}, subject: ${JSON.stringify(subject)} }`

/** A pull is answered by many messages. */
const several = (subject: string): Fields =>
  subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.') ? { response_type: 'stream' } : {}

/** What a call of JetStream is named in the workers' account, by its mapping. */
const localName = (subject: string): string => subject.replace('$JS.API.', 'house.API.')

if (import.meta.main) await writeFile(join(import.meta.dirname, 'accounts.conf'), accountsConfiguration())
