import type { HoldRefusal } from '#lib/credits/decide-hold.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { lastsThisMonth } from '#lib/errors/lasts-until.ts'
import { type KnownHoldRefusal, refuseKnownHold } from '#lib/holds/known-hold.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import type { Usd } from '#lib/money/units.ts'

/** In a moment requests in flight may have ended, and what they didn't use is free again. */
const HELD_SECONDS = 2

/** Why a request can't be paid for from credits, with what its caller can do about it. */
export function refuseHold(
  reason: HoldRefusal | KnownHoldRefusal,
  { needed, affordable, appUrl, now }: { needed: Usd; affordable: Usd; appUrl: string; now: Date },
): AppError {
  const purchaseUrl = `${appUrl}/credits`
  const details = { needed_usd: formatUsd(needed), affordable_usd: formatUsd(affordable) }
  switch (reason) {
    case 'insufficient_credits':
      return new AppError(
        'insufficient_credits',
        `Your credits don't cover this request, which may cost ${formatUsd(needed)} USD. Buy credits at ${purchaseUrl}.`,
        { details: { ...details, limit_source: 'balance', purchase_url: purchaseUrl } },
      )
    case 'funds_held':
      return new AppError(
        'funds_held',
        'Your other requests hold the credits that this one needs. Try again when they have ended.',
        { details: { ...details, limit_source: 'balance', retryAfterSeconds: HELD_SECONDS } },
      )
    case 'cap_reached':
      return new AppError('cap_reached', 'This request would go beyond your monthly cap. Raise it, or wait.', {
        details: { ...details, limit_source: 'monthly_cap', ...lastsThisMonth(now) },
      })
    case 'cap_held':
      return new AppError(
        'cap_held',
        'Your other requests hold what is left below your monthly cap. Try again when they have ended.',
        { details: { ...details, limit_source: 'monthly_cap', retryAfterSeconds: HELD_SECONDS } },
      )
    case 'still_open':
    case 'ended_paid':
    case 'ended_free':
      return refuseKnownHold(reason)
    case 'account_frozen':
      return new AppError(
        'account_frozen',
        `Your account is frozen, as a payment was taken back. Buy credits at ${purchaseUrl} to pay it.`,
        { details: { purchase_url: purchaseUrl } },
      )
  }
}

const MODEL_WORDS = {
  model_not_found: 'There is no model of this name. GET /models lists those that there are.',
  model_not_allowed: 'Your tier or your key does not include this model. GET /models lists those that you may use.',
  model_not_offered:
    'Models that search or run tools at their provider are not offered: GET /models lists those that are.',
  model_not_priced: 'This model has no price yet, so it is not served. Ask the operator to price it.',
} as const

export const refuseModel = (reason: keyof typeof MODEL_WORDS, wanted: string): AppError =>
  new AppError(reason === 'model_not_offered' ? 'model_not_allowed' : reason, MODEL_WORDS[reason], {
    internal: `model ${JSON.stringify(wanted)}: ${reason}`,
    details: { fields: [{ field: 'model', message: MODEL_WORDS[reason] }] },
  })
