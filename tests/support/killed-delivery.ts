// A worker that dies while it delivers: `after` the receiver has taken it and before that is written down, or, as a
// worker would that writes first, with the record made and nothing sent.
import { eq } from 'drizzle-orm'
import { createDeliveryHandlers } from '#services/alerts/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { alertDeliveries } from '#services/platform/db/schema/index.ts'
import { processEnv } from '#services/platform/env.ts'
import { createLogger } from '#services/platform/logger.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'

const [how, deploymentId = '', ahead] = process.argv.slice(2)
const env = processEnv()
const { db } = openDatabase({ ...env.database, onConnectionError: () => {} })
const ctx = {
  actor: { kind: 'system', job: 'killed' },
  db,
  clock: () => new Date(Date.now() + Number(ahead)),
  log: createLogger({ level: 'silent', name: 'killed', secrets: [] }),
  env,
  deploymentId,
} as ServiceContext
const die = (): void => void process.kill(process.pid, 'SIGKILL')

if (how === 'record-first') {
  await db
    .update(alertDeliveries)
    .set({ status: 'delivered', finishedAt: new Date() })
    .where(eq(alertDeliveries.status, 'pending'))
  die()
}
for (const handler of createDeliveryHandlers(die)) await dispatchOutbox(ctx, handler)
