import { AppError } from '#lib/errors/app-error.ts'
import { showInstant } from '#lib/format/time.ts'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { periodLabel } from '#lib/period/period.ts'
import type { Credits, HistoryEntry, HistoryType, PowerLevel, Tier } from '#hooks/credit-types.ts'

/** Signed decimal text, as the history has it. */
export const parseSignedUsd = (text: string): Usd =>
  text.startsWith('-') ? usd(-parseUsd(text.slice(1))) : parseUsd(text)

/** A change of the balance, with its sign: "+$10.00", "−$0.0012". */
export function showChange(text: string): string {
  const amount = parseSignedUsd(text)
  return amount > 0n ? `+${showUsd(amount)}` : showUsd(amount)
}

export const TYPE_WORDS: Readonly<Record<HistoryType, { one: string; filter: string }>> = {
  purchase: { one: 'Purchase', filter: 'Purchases' },
  usage: { one: 'Usage', filter: 'Usage' },
  refund: { one: 'Refund', filter: 'Refunds' },
  bonus: { one: 'Bonus', filter: 'Bonuses' },
}

/** What a line of the history was, in a few words. */
export function entryTitle({ type, model, description }: HistoryEntry): string {
  if (type === 'usage' && model) return model
  return description || TYPE_WORDS[type].one
}

export const TIER_WORDS: Readonly<Record<Tier, string>> = {
  free: 'Free',
  starter: 'Starter',
  professional: 'Professional',
  enterprise: 'Enterprise',
}

export const POWER_WORDS: Readonly<Record<PowerLevel, string>> = {
  eco: 'Eco',
  balanced: 'Balanced',
  precision: 'Precision',
}

/** What is wrong with an amount above 0, in one sentence. */
export function usdFault(text: string): string | undefined {
  try {
    return parseUsd(text.trim()) === 0n ? 'Give an amount above 0.' : undefined
  } catch (cause) {
    if (cause instanceof AppError) return cause.publicMessage
    throw cause
  }
}

/** Decimal text without zeros that say nothing: "50.00000000" → "50". */
export const plainUsd = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** What part of the month's cap is spent or held, in percent; null without a cap. */
export function capPercent({ spent_usd: spent, held_usd: held, cap_usd: cap }: Credits['month']): number | null {
  if (cap === null) return null
  const whole = parseUsd(cap)
  if (whole === 0n) return 100
  return Number.parseInt(((100n * (parseUsd(spent) + parseUsd(held))) / whole).toString(), 10)
}

/** How many requests hold something. A line in any case, so that nothing moves when one begins. */
export function runningWords({ held_requests: count }: Pick<Credits, 'held_requests'>): string {
  if (count === 0) return 'no request running'
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'request' : 'requests'} running`
}

/** "Nov 2026" of `2026-11`. */
export const monthLabel = (month: string): string => periodLabel(Number.parseInt(month.replace('-', ''), 10))

/** When granted credits end, soonest first: "$4.10 of it ends Dec 20, 00:00". */
export function grantSentences({ grants }: Pick<Credits, 'grants'>, zone: string): string[] {
  return grants
    .flatMap(({ remaining_usd: rest, expires_at: at }) => (parseUsd(rest) === 0n ? [] : [{ rest, at }]))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ rest, at }) => `${showUsd(parseUsd(rest))} of it ends ${showInstant(new Date(at), zone)}`)
}
