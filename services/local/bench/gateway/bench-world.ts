import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '#services/platform/db/migrate.ts'
import { openHome } from '../../home.ts'
import { anyFreePort } from '../../ports.ts'
import { startPostgres } from '../../postgres.ts'
import { createSupervisor, type Supervisor } from '../../supervisor.ts'
import { writeWidePrices } from './wide-prices.ts'

/** A gateway in a process of its own, on an embedded Postgres, with one account that can pay for everything. */
interface BenchGateway {
  readonly url: string
  /** Headers of the account's key. */
  readonly headers: Readonly<Record<string, string>>
  /** Resident bytes, after a collection of what is garbage. */
  memory(): Promise<number>
  close(): void
}

export interface BenchWorld {
  readonly folder: string
  readonly supervisor: Supervisor
  readonly urlOf: (database: string) => string
  /** Starts a gateway in front of a LiteLLM. */
  gateway(litellm: { url: string; masterKey: string }): Promise<BenchGateway>
  close(): Promise<void>
}

const DEPLOYMENT = 'bench'
const SESSION_SECRET = 'a-session-secret-of-the-bench'

/** An account with credits and its key, as SQL: the bench has no wallet to sign in with. */
async function insertAccount(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const secret = `sk-ff-${randomBytes(24).toString('hex')}`
  const account = `cr_${randomBytes(12).toString('hex')}`
  const address = `0x${randomBytes(8).toString('hex')}`
  await client.query(
    `insert into deployments (id, network, contract_address) values ($1, 'emulator', '0xf8d6e0586b0a20c7')
     on conflict do nothing`,
    [DEPLOYMENT],
  )
  await client.query(
    `insert into credit_accounts (id, subject, tier, status, created_at) values ($1, $2, 'enterprise', 'open', now())`,
    [account, `flow:${address}`],
  )
  await client.query(
    `insert into account_keys (id, account_id, request_key, name, key_hash, masked, created_at)
     values ($1, $2, 'bench', 'bench', $3, 'sk-ff-…', now())`,
    [`key_${account}`, account, createHash('sha256').update(secret).digest('hex')],
  )
  await client.query(
    `insert into ledger_transfers (id, debit, credit, amount, kind, account_id, period, facts, created_at)
     values ($1, 'stripe', 'customer:' || $2, 100000000000000, 'purchase', $2, 202611, '{}', now())`,
    [`stripe:${account}`, account],
  )
  await client.end()
  return secret
}

async function startChild(environment: Record<string, string>): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(import.meta.dirname, 'gateway-child.ts'), [DEPLOYMENT], {
    env: environment as NodeJS.ProcessEnv,
    execArgv: ['--expose-gc'],
  })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { child, port }
}

export async function openBenchWorld(): Promise<BenchWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-bench-'))
  const home = openHome(folder)
  const supervisor = createSupervisor(home)
  const password = randomBytes(16).toString('hex')
  const at = { supervisor, dataFolder: home.postgres, port: await anyFreePort(), password, stage: 0 }
  const { urlOf } = await startPostgres({ ...at, databases: ['bench', 'litellm'] })
  await migrate(urlOf('bench'))
  return {
    folder,
    supervisor,
    urlOf,
    async gateway({ url, masterKey }) {
      const secret = await insertAccount(urlOf('bench'))
      const { child, port } = await startChild({
        PATH: process.env.PATH ?? '',
        NODE_ENV: 'production',
        LOG_LEVEL: 'error',
        DATABASE_URL: urlOf('bench'),
        DATABASE_POOL: '10',
        LITELLM_URL: url,
        LITELLM_MASTER_KEY: masterKey,
        LITELLM_WEBHOOK_SECRET: 'a-webhook-secret-of-the-bench',
        SESSION_SECRET,
        FLOW_CONTRACT_ADDRESS: '0xf8d6e0586b0a20c7',
        CREDIT_PRICES_FILE: writeWidePrices(folder),
      })
      return {
        url: `http://127.0.0.1:${port}/api/v1/llm`,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        async memory() {
          child.send('memory')
          const [{ rss }] = (await once(child, 'message')) as [{ rss: number }]
          return rss
        },
        close: () => void child.kill('SIGKILL'),
      }
    },
    async close() {
      await supervisor.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
