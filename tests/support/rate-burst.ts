// Asks for many requests of one subject at once, as a web of its own would; prints how many were let in.
import { randomHex } from '#services/platform/crypto/random.ts'
import { createRateLimiter } from '#services/rate-limits/index.ts'
import { loadEnv } from '#services/platform/env.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { createLogger } from '#services/platform/logger.ts'
import type { ServiceContext } from '#services/platform/context.ts'

const [subject = '', requests = '', most = '', waitMs = ''] = process.argv.slice(2)
const env = loadEnv(process.env)
const log = createLogger({ level: 'error', name: 'burst', secrets: [] })
const { db, close } = openDatabase({ ...env.database, onConnectionError: (err) => log.error(err) })
// The limiter reaches the database, the log and the configuration alone.
const ctx = { actor: { kind: 'system', job: 'burst' }, db, log, env } as Partial<ServiceContext> as ServiceContext
const limiter = createRateLimiter(ctx, { windowMs: 60_000, leaseMs: 2_000 })
const limits = { requestsPerMinute: Number(most), tokensPerMinute: 1_000_000, parallelRequests: Number(requests) }
const ask = () => limiter.admit({ subject, requestId: randomHex(8), tokens: 1n, limits })
const answers = await Promise.all(Array.from({ length: Number(requests) }, ask))
process.stdout.write(`${answers.filter(({ ok }) => ok).length}\n`)
// Holding what it was let in with, until it is killed or its time is over.
await new Promise((resolve) => setTimeout(resolve, Number(waitMs)))
await limiter.close()
await close()
