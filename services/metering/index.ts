export { getUsages, type VaultUsage } from './get-usages.ts'
export { findMetered, type MeteredCall } from './find-metered.ts'
export { hasUsage } from './has-usage.ts'
export { priceUsages } from './price-usages.ts'
export { ingestEvents } from './ingest-events.ts'
export { createIngestWriter } from './ingest-writer.ts'
export { deadLettersCommand } from './dead-letters/dead-letters-command.ts'
export { discardDeadLetters } from './dead-letters/discard-dead-letters.ts'
export { fixDeadLetter } from './dead-letters/fix-dead-letter.ts'
export { getDeadLetter } from './dead-letters/get-dead-letter.ts'
export { listDeadLetters } from './dead-letters/list-dead-letters.ts'
export { replayDeadLetters } from './dead-letters/replay-dead-letters.ts'
export {
  discardInput,
  fixInput,
  letterDetailView,
  letterParams,
  letterPageView,
  letterQuery,
  replayView,
} from './dead-letters/schemas.ts'
export { judgeSpendLogs } from './polling/judge-spend-logs.ts'
export { pollDueKeys, pollSpendLogs, readHoldsUpTo, readUpTo } from './polling/poll-spend-logs.ts'
export { pollVault } from './polling/poll-vault.ts'
export { rereadFrom } from './polling/reread-from.ts'
export { receiveHint } from './polling/receive-hint.ts'
export { requestPoll } from './polling/request-poll.ts'
export { getPoll, pollHandler } from './polling/run-requested-polls.ts'
export { rebuildRollups } from './rollups/rebuild-rollups.ts'
export { keepStorage } from './storage/keep-storage.ts'
export { getMeteringState } from './state/get-metering-state.ts'
export type { Judged } from './ingest-events.ts'
export type { IngestInput, IngestItem, IngestResult } from './schemas.ts'
