import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import { isUuid } from '../../../bus/contract/ids.ts'
import { fieldOf } from '../request-fields.ts'

export const pathOf = (id: string): string => `/admin/people/${id}`

/** The person's page, to come back to. */
export const personPath = (request: FastifyRequest): string => pathOf(idIn(request))

/** @throws CodedError `not_found` where the address holds no id. */
export function idIn({ params }: FastifyRequest, name = 'id'): string {
  const id = fieldOf(params, name)
  if (!isUuid(id)) throw new CodedError('not_found')
  return id
}
