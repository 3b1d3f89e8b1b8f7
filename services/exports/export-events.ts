import { formatDecimal } from '#lib/money/decimal.ts'
import { periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { resolveScope } from '#services/reports/index.ts'
import type { ExportedEvent } from './exported-event.ts'
import type { ExportQuery } from './schemas.ts'
import { type EventRow, listPeriods, readEvents } from './store.ts'

/** Events that are read at a time: what is held in memory. */
const BATCH = 1_000

/**
 * The usage events of the accounts that the actor may see, by payer, period and ordinal, a batch at a time and no
 * faster than they are taken: nothing is held open between batches. Events that are stored after the first batch are
 * left out.
 * Throws as `resolveScope`.
 */
export async function* exportEvents(ctx: ServiceContext, query: ExportQuery): AsyncGenerator<ExportedEvent[]> {
  const { from, to, account = null, as = null } = query
  const { accounts, seesCosts } = await resolveScope(ctx, { account, view: as })
  const span = { first: periodOf(from), last: periodOf(new Date(to.getTime() - 1)) }
  for (const place of await listPeriods(ctx.db, ctx.deploymentId, { accounts, ...span })) {
    for (let after = -1; ;) {
      const rows = await readEvents(ctx.db, ctx.deploymentId, { ...place, after, from, to, limit: BATCH })
      if (rows.length > 0) yield rows.map((row) => toExported(row, seesCosts))
      if (rows.length < BATCH) break
      after = rows.at(-1)?.ordinal ?? place.eventCount
    }
  }
}

/** An event on the wire; what it cost only for who may see costs. */
function toExported(row: EventRow, seesCosts: boolean): ExportedEvent {
  const cost = seesCosts ? row.litellmCost : null
  return {
    version: 3,
    id: row.id,
    callId: row.callId,
    account: row.account,
    vault: row.vaultId.toString(),
    wallet: row.wallet,
    keyHash: row.keyHash,
    accountKey: row.accountKey,
    period: row.period,
    ordinal: row.ordinal,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    model: row.model,
    servedModel: row.servedModel,
    provider: row.provider,
    inputTokens: row.inputTokens?.toString() ?? null,
    outputTokens: row.outputTokens?.toString() ?? null,
    cachedTokens: row.cachedTokens?.toString() ?? null,
    cacheWriteTokens: row.cacheWriteTokens?.toString() ?? null,
    reasoningTokens: row.reasoningTokens?.toString() ?? null,
    billableTokens: row.billableTokens.toString(),
    litellmCostUsd: cost === null ? null : formatDecimal(cost, 12),
    status: row.status,
    cacheHit: row.cacheHit,
    stream: row.stream,
    latencyMs: row.latencyMs,
    road: row.road,
    endUser: row.endUser,
    organization: row.organization,
    team: row.team,
    conversation: row.conversation,
    feature: row.feature,
    agent: row.agent,
    traceId: row.traceId,
    tags: row.tags,
  }
}
