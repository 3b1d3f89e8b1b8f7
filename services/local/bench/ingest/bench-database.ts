import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { systemClock } from '#services/platform/clock.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import { loadEnv } from '#services/platform/env.ts'
import { createLogger } from '#services/platform/logger.ts'
import { openHome } from '../../home.ts'
import { anyFreePort } from '../../ports.ts'
import { startPostgres } from '../../postgres.ts'
import { createSupervisor } from '../../supervisor.ts'
import { type BenchKey, benchKeys } from './calls.ts'

/** The product's tables on an embedded Postgres of the bench's own, with the settings of every embedded one. */
export interface BenchDatabase extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly pool: pg.Pool
  readonly keys: readonly BenchKey[]
  readonly secret: string
}

/** A part that ingest must not reach. */
const absent = <T extends object>(part: string): T =>
  new Proxy({} as T, {
    get: () => {
      throw new Error(`The bench has no ${part}.`)
    },
  })

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-bench-'))
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  const close = async (): Promise<void> => {
    await supervisor.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const password = randomBytes(16).toString('hex')
    const at = { supervisor, dataFolder: home.postgres, port: await anyFreePort(), password, stage: 0 }
    const url = (await startPostgres({ ...at, databases: ['bench'] })).urlOf('bench')
    await migrate(url)
    const { ctx, pool } = openContext(url)
    const keys = benchKeys()
    await insertKeys(pool, ctx.deploymentId, keys)
    const secret = ctx.env.litellm.webhookSecret
    return { ctx, pool, keys, secret, [Symbol.asyncDispose]: () => pool.end().then(close) }
  } catch (error) {
    await close()
    throw error
  }
}

function openContext(url: string): { ctx: ServiceContext; pool: pg.Pool } {
  const env = loadEnv({
    NODE_ENV: 'production',
    LOG_LEVEL: 'error',
    DATABASE_URL: url,
    LITELLM_URL: 'http://127.0.0.1:1',
    LITELLM_MASTER_KEY: 'sk-of-the-bench',
    LITELLM_WEBHOOK_SECRET: 'webhook-secret-of-the-bench',
    SESSION_SECRET: 'session-secret-of-the-bench',
    FLOW_CONTRACT_ADDRESS: '0xf8d6e0586b0a20c7',
    INGEST_QUEUE: '100000',
  })
  const log = createLogger({ level: env.logLevel, name: 'bench', secrets: [] })
  const { db, pool } = openDatabase({ ...env.database, onConnectionError: (err) => log.error({ err }) })
  const parts = {
    chain: absent<ServiceContext['chain']>('chain'),
    litellm: absent<ServiceContext['litellm']>('LiteLLM'),
  }
  const actor = { kind: 'system', job: 'bench' } as const
  return { ctx: { ...parts, actor, db, clock: systemClock, log, env, deploymentId: 'b'.repeat(32) }, pool }
}

async function insertKeys(pool: pg.Pool, deploymentId: string, keys: readonly BenchKey[]): Promise<void> {
  await pool.query(`insert into deployments (id, network, contract_address) values ($1, 'emulator', '0x01')`, [
    deploymentId,
  ])
  await pool.query(
    `insert into api_keys (id, deployment_id, vault_id, key_hash, alias, status, created_by)
     select 'key_' || vault, $1, vault, hash, 'vault-' || vault, 'active', '0x01cf0e2f2f715450'
     from unnest($2::bigint[], $3::text[]) as given (vault, hash)`,
    [deploymentId, keys.map(({ vaultId }) => vaultId), keys.map(({ keyHash }) => keyHash)],
  )
}
