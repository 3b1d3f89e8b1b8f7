import { AppError } from '#lib/errors/app-error.ts'
import { lastsThisMonth } from '#lib/errors/lasts-until.ts'
import { refuseKnownHold } from '#lib/holds/known-hold.ts'
import { gravestBlock, type KeyBlockReason, keyBlockSentence } from '#lib/keys/key-blocks.ts'
import { MAX_MODELS_PER_PERIOD } from '#lib/metering/model-name.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import type { Usd } from '#lib/money/units.ts'
import type { PlacedVaultHold, VaultHoldRefusal } from './schemas.ts'

type Refused = Extract<PlacedVaultHold, { ok: false }>

/** What is said to whoever asked for a hold and didn't get it: a status, a code, and what to do. */
export function refusalOf({ reason, blocks, amount, affordable }: Refused, now: Date): AppError {
  if (reason === 'vault_blocked') return blockedKey(blocks, now)
  if (reason === 'still_open' || reason === 'ended_paid' || reason === 'ended_free') return refuseKnownHold(reason)
  const details = { worst_usd: formatUsd(amount), affordable_usd: formatUsd(affordable) }
  const end = reason === 'cap_reached' ? lastsThisMonth(now) : {}
  return new AppError(reason, sentences[reason](amount, affordable), { details: { ...details, ...end } })
}

const sentences: Readonly<Record<Exclude<VaultHoldRefusal, 'vault_blocked'>, (amount: Usd, left: Usd) => string>> = {
  insufficient_vault: (amount) =>
    `The request can cost up to ${formatUsd(amount)} USD, which the subscription can't pay. ` +
    'Deposit FLOW, or ask for a shorter answer (max_tokens).',
  cap_reached: (amount) =>
    `The request can cost up to ${formatUsd(amount)} USD, which is more than this month's cap leaves. ` +
    'Raise the cap, ask for a shorter answer (max_tokens), or wait for the next month.',
  vault_funds_held: () =>
    'What the subscription can pay is held for requests in flight. Try again in a moment, or deposit FLOW.',
  too_many_models: () =>
    `A month's bill names ${MAX_MODELS_PER_PERIOD} models at most, and this request may add another. ` +
    'Name a model that was used this month, or wait for the next month.',
  cap_held: () => "What this month's cap leaves is held for requests in flight. Try again in a moment.",
}

/** A block for want of money answers as the want of money does. */
export function blockedKey(blocks: readonly KeyBlockReason[], now: Date): AppError {
  const gravest = gravestBlock(blocks)
  if (gravest === null) {
    return new AppError('vault_blocked', 'This key was replaced by another. Use the present key of the subscription.')
  }
  const code = gravest === 'unfunded' ? 'insufficient_vault' : gravest === 'capped' ? 'cap_reached' : 'vault_blocked'
  const end = code === 'cap_reached' ? lastsThisMonth(now) : {}
  return new AppError(code, keyBlockSentence(gravest), { details: { reasons: blocks, ...end } })
}
