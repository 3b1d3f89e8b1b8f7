import { showUsd } from '#lib/format/money.ts'
import { showInstant } from '#lib/format/time.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { Tone } from '#components/ui/status.tsx'
import type { Limit } from '#hooks/use-limits.ts'

const PER = { day: 'a UTC day', month: 'a UTC month', all: 'in all' } as const

/** An amount in its unit: "1,000 tokens", "$12.50". */
const inUnits = (metric: Limit['metric'], amount: string): string =>
  metric === 'usd' ? showUsd(parseUsd(amount)) : `${showTokensExact(BigInt(amount))} ${metric}`

/** "1,000 tokens a UTC day" */
export const limitName = ({ metric, amount, per }: Pick<Limit, 'metric' | 'amount' | 'per'>): string =>
  `${inUnits(metric, amount)} ${PER[per]}`

/** Whom it is about, in words. */
export function subjectOf(
  { scope, value }: Pick<Limit, 'scope' | 'value'>,
  keys: readonly { id: string; masked: string | null }[],
): string {
  if (scope === 'end_user') return `End user “${value}”`
  if (scope === 'organization') return `Organization “${value}”`
  const key = keys.find(({ id }) => id === value)
  if (!key) return 'A key that was replaced or revoked'
  return keys.length > 1 && key.masked ? `Key ${key.masked}` : 'The key'
}

/** What the limit does now, as a tone and words; never by colour alone. */
export function limitStatus({ kind, percent, blocked }: Limit): { tone: Tone; words: string } {
  if (blocked) return { tone: 'bad', words: 'Refused now' }
  if (percent >= 100) return { tone: 'warn', words: 'Used up, warns only' }
  if (percent >= 80) return { tone: 'warn', words: 'Almost used up' }
  return { tone: 'ok', words: kind === 'hard' ? 'Stops when used up' : 'Warns only' }
}

/** "812 tokens of 1,000 tokens used, 81%. Begins anew Nov 21, 00:00." */
export function usedInWords({ metric, used, amount, percent, resetsAt }: Limit, zone: string): string {
  const anew = resetsAt ? ` Begins anew ${showInstant(new Date(resetsAt), zone)}.` : ''
  return `${inUnits(metric, used)} of ${inUnits(metric, amount)} used, ${percent}%.${anew}`
}

const COUNT = /^[1-9]\d{0,17}$/
const MONEY = /^\d{1,9}(\.\d{1,8})?$/

/**
 * What is wrong with an amount that somebody entered; undefined when it may be sent. Separators are taken out before.
 */
export function amountFault(metric: Limit['metric'], amount: string): string | undefined {
  if (metric !== 'usd') return COUNT.test(amount) ? undefined : 'Enter a whole number above 0.'
  const isMoney = MONEY.test(amount) && parseUsd(amount) > 0n
  return isMoney ? undefined : 'Enter an amount of USD above 0, like 12.50.'
}

export const withoutSeparators = (text: string): string => text.replaceAll(/[\s,_]/g, '')
