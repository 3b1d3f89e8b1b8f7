import type { RunView } from './schemas.ts'
import type { RunRow } from './store.ts'

/** A run on the wire. */
export const toRunView = (run: RunRow): RunView => ({
  id: run.id,
  trigger: run.trigger,
  requestedBy: run.requestedBy,
  from: run.firstDay,
  to: run.lastDay,
  keyHash: run.keyHash,
  status: run.status,
  createdAt: run.createdAt.toISOString(),
  finishedAt: run.finishedAt?.toISOString() ?? null,
  error: run.error,
  matches: run.matches,
  explained: run.explained,
  unexplained: run.unexplained,
  foreignCalls: run.foreignCalls,
})
