import * as z from 'zod'
import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import type { HistoryLine } from '#services/credits/index.ts'
import { instantView, usdView } from './shapes.ts'

const HISTORY_TYPES = ['purchase', 'usage', 'refund', 'bonus'] as const
type HistoryType = (typeof HISTORY_TYPES)[number]
type Kind = HistoryLine['kind']

/** What each kind of transfer is to its customer. */
const TYPE_OF: Readonly<Record<Kind, HistoryType>> = {
  purchase: 'purchase',
  recovery: 'purchase',
  usage: 'usage',
  refund: 'refund',
  dispute: 'refund',
  reversal: 'refund',
  bonus: 'bonus',
  expiry: 'bonus',
}

const WORDS: Readonly<Record<Kind, string>> = {
  purchase: 'Credits bought',
  recovery: 'Paid what was owed',
  usage: 'Request',
  refund: 'Refund',
  dispute: 'Payment disputed',
  reversal: 'Correction',
  bonus: 'Credits given',
  expiry: 'Given credits ended',
}

export const historyType = z.enum(HISTORY_TYPES)

export const kindsOf = (type: HistoryType): Kind[] =>
  (Object.keys(TYPE_OF) as Kind[]).filter((kind) => TYPE_OF[kind] === type)

export const historyView = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      type: historyType,
      /** What it did to the balance; 0 where it went to what is owed. */
      amount_usd: usdView,
      created_at: instantView,
      description: z.string(),
      model: z.string().nullable(),
      provider: z.string().nullable(),
      tokens: z.string().nullable(),
      request_id: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
})

const textOf = (facts: HistoryLine['facts'], name: string): string | null => {
  const value = facts[name]
  return typeof value === 'string' ? value : null
}

function signedAmount({ accountId, debit, credit, amount }: HistoryLine): string {
  const customer = `customer:${accountId}`
  const signed = (credit === customer ? amount : 0n) - (debit === customer ? amount : 0n)
  return formatUsd(usd(signed))
}

export function lineView(line: HistoryLine): z.input<typeof historyView>['data'][number] {
  const { id, kind, facts, createdAt } = line
  const reason = textOf(facts, 'reason')
  return {
    id,
    type: TYPE_OF[kind],
    amount_usd: signedAmount(line),
    created_at: createdAt.toISOString(),
    description: reason ? `${WORDS[kind]}: ${reason}` : WORDS[kind],
    model: textOf(facts, 'model'),
    provider: textOf(facts, 'provider'),
    tokens: textOf(facts, 'tokens'),
    request_id: textOf(facts, 'requestId'),
  }
}
