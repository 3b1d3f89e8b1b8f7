import { normalizeModelName } from '#lib/metering/model-name.ts'
import type { Usage } from '#lib/pricing/price-usage.ts'

export interface EstimateRow {
  id: number
  model: string
  tokens: string
}

const MOST_DIGITS = 15

/** Digits of what was typed, separators left out; anything else counts as nothing. */
export function parseTokens(text: string): bigint {
  const digits = text.replace(/[,\s_]/g, '')
  return /^\d+$/.test(digits) && digits.length <= MOST_DIGITS ? BigInt(digits) : 0n
}

/** Tokens by model; rows of the same model add up, rows without a valid name are left out. */
export function usageOf(rows: readonly EstimateRow[]): Usage {
  const usage = new Map<string, bigint>()
  for (const row of rows) {
    const model = normalizeModelName(row.model.trim())
    const tokens = parseTokens(row.tokens)
    if (model !== null && tokens > 0n) usage.set(model, (usage.get(model) ?? 0n) + tokens)
  }
  return usage
}
