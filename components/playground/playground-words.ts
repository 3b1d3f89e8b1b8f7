import { showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { ChatEnd } from '#hooks/chat-stream.ts'

/** What asks for the level's own first model. */
export const AUTO = 'auto'

const SOURCES: Readonly<Record<string, string>> = {
  provider: 'counted by the provider',
  'gateway-count': 'counted by the gateway',
  estimate: 'estimated, corrected when the count arrives',
}

const count = (tokens: number): string => showTokensExact(BigInt(tokens))

/** What an answer was, in parts: "88 in, 310 out", "2.1 s", "held $0.00960000". */
export function factsOf({ inputTokens, outputTokens, ms, heldUsd, usageSource }: ChatEnd): string[] {
  return [
    ...(inputTokens === null ? [] : [`${count(inputTokens)} in, ${count(outputTokens ?? 0)} out`]),
    `${(ms / 1_000).toFixed(1)} s`,
    ...(heldUsd === null ? [] : [`held ${showUsdExact(parseUsd(heldUsd))} meanwhile`]),
    ...(usageSource === null ? [] : [SOURCES[usageSource] ?? usageSource]),
  ]
}
