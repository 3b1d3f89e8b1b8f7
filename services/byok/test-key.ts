import { findKeyProvider } from '#lib/byok/providers.ts'
import { AppError } from '#lib/errors/app-error.ts'
import type { GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { openKey } from './open-key.ts'
import { providerFetch } from './provider-fetch.ts'
import type { KeyTest, OpenedKey } from './schemas.ts'
import { claimTest, type KeyPlace } from './store.ts'

const TIMEOUT_MS = 10_000
const PAUSE_MS = 3_000

/**
 * Asks the provider whether it takes a stored key, by a request that costs nothing; also one that is switched off.
 * Throws `key_missing`, or `address_refused` for a base address that may not be asked.
 */
export async function testKey(ctx: ServiceContext & { fetch?: GuardedFetch }, place: KeyPlace): Promise<KeyTest> {
  const opened = await openKey(withActor(ctx, { kind: 'system', job: 'byok.test' }), place)
  if (!opened) throw new AppError('key_missing', `No key for ${place.provider} is stored. Add it first.`)
  await claim(ctx, place)
  const status = await probe(providerFetch(ctx), opened)
  const outcome = outcomeOf(status)
  ctx.log.info({ ...place, outcome, status }, 'a provider key was tested')
  return { provider: place.provider, outcome, status, testedAt: ctx.clock() }
}

/** An address that a customer chose gets one request in a while: it is no way to flood or search another's machine. */
async function claim({ db, clock }: ServiceContext, place: KeyPlace): Promise<void> {
  const at = clock()
  if (await claimTest(db, place, { at, since: new Date(at.getTime() - PAUSE_MS) })) return
  throw new AppError('rate_limited', 'This key was tested a moment ago. Wait a few seconds, then test it again.', {
    details: { retryAfterSeconds: PAUSE_MS / 1_000 },
  })
}

function outcomeOf(status: number | null): KeyTest['outcome'] {
  if (status === 401 || status === 403) return 'refused'
  return status !== null && status >= 200 && status < 300 ? 'valid' : 'unreachable'
}

/** The status of the provider's answer; null when there was none. */
async function probe(fetch: GuardedFetch, opened: OpenedKey): Promise<number | null> {
  const { url, headers } = requestOf(opened)
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
    await answer.body?.cancel()
    return answer.status
  } catch (error) {
    if (error instanceof AppError) throw error
    // Whatever else fetch throws means that no answer came; it is told as the outcome.
    return null
  }
}

/** A provider's own address is asked in its own way, a customer's for the list of models. */
function requestOf({ provider, apiKey, baseUrl }: OpenedKey): { url: string; headers: Record<string, string> } {
  const known = findKeyProvider(provider)
  if (known?.baseUrl !== baseUrl) return { url: `${baseUrl}/models`, headers: { authorization: `Bearer ${apiKey}` } }
  if (known.probeAuth === 'bearer') return { url: known.probe, headers: { authorization: `Bearer ${apiKey}` } }
  return { url: known.probe, headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' } }
}
