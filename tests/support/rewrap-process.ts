// Wraps provider keys anew as the command does, and says when it begins and what it did. For tests that kill it.
import { rewrapCommand } from '#services/byok/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { processEnv } from '#services/platform/env.ts'
import { createLogger } from '#services/platform/logger.ts'

const env = processEnv()
const database = openDatabase({ ...env.database, onConnectionError: () => {} })
const ctx = {
  actor: { kind: 'system', job: 'byok-rewrap' },
  db: database.db,
  clock: () => new Date(),
  log: createLogger({ level: 'silent', name: 'byok-rewrap', secrets: [] }),
  env,
} as ServiceContext
console.log('begins')
console.log((await rewrapCommand(ctx)).text)
await database.close()
