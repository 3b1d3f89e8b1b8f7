import { randomUUID } from 'node:crypto'

const WELL_FORMED = /^[A-Za-z0-9-]{8,64}$/

/** The caller's request id if it is harmless in a log, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given && WELL_FORMED.test(given) ? given : randomUUID()
}
