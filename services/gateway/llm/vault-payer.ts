import { requireNamedModel } from '#lib/metering/model-name.ts'
import { priceAdded, refusalOf } from '#services/vault-holds/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { VaultCaller } from '../schemas.ts'
import type { Payer } from './payer.ts'

/**
 * A vault pays on chain for what is metered under its key. What a request can cost is held until its event is stored,
 * which ends the hold; what it did cost is what it adds to the price of the period.
 */
export function createVaultPayer(
  { system, vaultHolds }: GatewayParts,
  { vaultId, keyHash, secret }: VaultCaller,
  wanted: string,
): Payer {
  const model = requireNamedModel(wanted)
  return {
    id: `vault:${vaultId}`,
    keyHash,
    ownKey: null,
    secret: () => Promise.resolve(secret),
    restoreKey: () => Promise.resolve(false),
    async place({ id, tokens, expiresAt, facts }) {
      const placed = await vaultHolds.place({ id, vaultId, keyHash, tokens, models: [model], expiresAt, facts })
      if (placed.ok) return { ok: true }
      const { affordableTokens, reason } = placed
      return {
        ok: false,
        error: refusalOf(placed, system.clock()),
        affordableTokens,
        startsAnew: reason === 'ended_free',
      }
    },
    post(id, { inputTokens, outputTokens }, facts) {
      const startedAt = new Date(String(facts['startedAt']))
      return priceAdded(system, { vaultId, model, tokens: inputTokens + outputTokens, startedAt, eventId: id })
    },
    void: (id) => vaultHolds.void(id),
    // What LiteLLM reports is what is metered, and above the hold it waits there for an operator; the hold stands.
    review: () => Promise.resolve(),
  }
}
