import { isOfAccount } from '#lib/metering/payer.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type Judged, judgeItems } from '../ingest-events.ts'
import type { IngestItem } from '../schemas.ts'
import { fromSpendLog } from './from-spend-log.ts'

export interface JudgedLogs extends Judged {
  /** Each row as it would be delivered, in the order of the rows. */
  readonly items: readonly IngestItem[]
}

/** LiteLLM's rows as the calls that a poll would store; nothing is stored. They are of one payer's key. Places are those of the rows. */
export function judgeSpendLogs(ctx: ServiceContext, logs: readonly SpendLog[], vaultId: bigint): JudgedLogs {
  const items = logs.map((log) => fromSpendLog(log, ctx.env.litellm.webhookSecret, isOfAccount(vaultId)))
  return { items, ...judgeItems(ctx, { road: 'poll', items }, 0) }
}
