import type { PriceTerms } from '#lib/credits/price-request.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { refuseKnownHold } from '#lib/holds/known-hold.ts'
import { ensureByokName } from '#services/api-keys/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { expectOwnEvent, forgetOwnEvent, reportOwnEvent } from '../holds/own-events.ts'
import type { AccountCaller } from '../schemas.ts'
import { createCreditPayer, termsFacts } from './credit-payer.ts'
import type { Payer } from './payer.ts'
import type { PlannedRequest } from './plan-request.ts'

/**
 * The customer pays the provider with a key of their own, and us the fee, which may be nothing. Nobody else tells of
 * the call, so the gateway writes it down before it is sent, and reports it when it ends.
 */
export async function createOwnKeyPayer(
  parts: GatewayParts,
  caller: AccountCaller,
  terms: PriceTerms,
  { provider, labels }: PlannedRequest,
): Promise<Payer> {
  const { system, ownKeys } = parts
  const accountId = caller.account.id
  const ownKey = await ownKeys.open({ accountId, provider: provider ?? '' })
  if (!ownKey) throw new AppError('key_missing', 'Your own key was removed a moment ago. Send the request again.')
  const fee = createCreditPayer(parts, caller, terms)
  const keyHash = await ensureByokName(system, accountId)
  return {
    ...fee,
    ownKey,
    keyHash,
    secret: () => Promise.resolve(null),
    async place({ facts, ...hold }) {
      const placed = await fee.place({ ...hold, facts: { ...facts, ownKey: true } })
      if (!placed.ok) return placed
      const told = { ...facts, terms: termsFacts(terms) }
      if (await expectOwnEvent(system, hold.id, { facts: told, by: hold.expiresAt })) return placed
      return { ok: false, error: refuseKnownHold('ended_free'), affordableTokens: 0n, startsAnew: true }
    },
    async post(id, used, facts) {
      // Before the fee is taken: of a process that dies in between the sweeper finds the call, and takes it.
      const told = { ...facts, keyHash, labels, terms: termsFacts(terms) }
      await reportOwnEvent(system, id, { facts: told, source: used.source })
      return fee.post(id, used, facts)
    },
    async void(id, facts) {
      await forgetOwnEvent(system, id)
      await fee.void(id, facts)
    },
  }
}
