import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { isMintedEventId } from '#lib/metering/event-id.ts'
import { invalidModelName, MAX_MODELS_PER_PERIOD, normalizeModelName } from '#lib/metering/model-name.ts'
import { findKeyPayers } from '#services/api-keys/index.ts'
import type { Usd } from '#lib/money/units.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { VaultHoldWriter } from './hold-writer.ts'
import { refusalOf } from './refusal.ts'

/** What the plug-in asks for before a call of a key that is used directly. */
export const holdRequest = z.object({
  eventId: z.string().max(80),
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Null: whichever of `among` answers. */
  model: z.string().max(256).nullable(),
  /** Null: whichever answers. */
  among: z.array(z.string().max(256)).min(1).max(MAX_MODELS_PER_PERIOD).nullable().default(null),
  tokens: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform((digits) => BigInt(digits)),
})
export type HoldRequest = z.output<typeof holdRequest>

export type HoldAnswer =
  | { readonly granted: true; /** Null: nobody's key here, so nothing is held. */ readonly heldUsd: Usd | null }
  | { readonly granted: false; readonly refusal: AppError }

/** Places the hold of a call that a key is about to make directly at LiteLLM. The same id again is the same hold. */
export async function requestHold(
  ctx: ServiceContext,
  writer: VaultHoldWriter,
  { eventId, keyHash, model, among, tokens }: HoldRequest,
): Promise<HoldAnswer> {
  if (!isMintedEventId(ctx.env.litellm.webhookSecret, eventId, keyHash, hmacHex)) {
    throw new AppError('invalid_request', 'The event id was not minted for this key.')
  }
  const payer = (await findKeyPayers(ctx, [keyHash])).get(keyHash)
  // A key that the operator made at LiteLLM himself is nobody's here, and its calls are not billed.
  if (!payer) return { granted: true, heldUsd: null }
  const given = model === null ? among : [model]
  const models = given && [...new Set(given.map(normalizeModelName))]
  // Its event could not be billed.
  if (models && !models.every((name) => name !== null)) return { granted: false, refusal: invalidModelName() }
  const expiresAt = new Date(ctx.clock().getTime() + ctx.env.oracle.pollLagMs)
  const { vaultId } = payer
  const placed = await writer.place({ id: eventId, vaultId, keyHash, tokens, models, expiresAt, facts: {} })
  return placed.ok
    ? { granted: true, heldUsd: placed.amount }
    : { granted: false, refusal: refusalOf(placed, ctx.clock()) }
}
