import { ApiError } from './api.ts'
import { newRequestKey } from './new-request-key.ts'

const BOOKED =
  'What was sent before, whose answer was lost, is booked; this is not. Look at the account, and send this again if it ' +
  'is still due.'

const placeOf = (act: string): string => `flareflow.request.${act}`

/**
 * Does something under a request key that is kept for the act until it is known to be done: what is sent again, also
 * from a form that was closed or a page that was loaded anew meanwhile, is done once.
 */
export async function keepRequestKey(act: string, work: (requestKey: string) => Promise<void>): Promise<void> {
  const place = placeOf(act)
  const requestKey = sessionStorage.getItem(place) ?? newRequestKey()
  sessionStorage.setItem(place, requestKey)
  try {
    await work(requestKey)
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.code !== 'idempotency_conflict') throw thrown
    sessionStorage.removeItem(place)
    throw new ApiError(thrown.code, BOOKED, thrown.status)
  }
  sessionStorage.removeItem(place)
}
