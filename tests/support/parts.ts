import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { cacheFolder, type Home } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { startPostgres } from '#services/local/postgres.ts'
import { ensureRedis, startRedis } from '#services/local/redis/index.ts'
import { ensureStripeMock, startStripeMock } from '#services/local/stripe-mock/index.ts'
import type { Supervisor } from '#services/local/supervisor.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import { startSharedChain } from './shared-chain.ts'
import { startSharedDashboard } from './shared-dashboard.ts'
import { startSharedLitellm } from './shared-litellm.ts'

type Parts = Record<string, () => Promise<unknown>>

/** Nothing here has to survive a power cut. */
const fast = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']
const template = 'flareflow_template'

/** What a run of tests can ask for, by name. Each part starts once; `database` makes a new one each time. */
export function createParts(home: Home, supervisor: () => Supervisor): Parts {
  const postgres = once(() => startTestPostgres(home, supervisor()))
  const migrated = once(async () => migrate((await postgres()).urlOf(template)))
  const litellm = once(async () => startSharedLitellm(home, supervisor(), (await postgres()).urlOf('litellm')))
  return {
    chain: once(() => startSharedChain(home, supervisor())),
    dashboard: once(() => startSharedDashboard(home, supervisor())),
    litellm,
    redis: once(() => startTestRedis(supervisor())),
    'stripe-mock': once(() => startTestStripe(supervisor())),
    async postgres() {
      return { url: (await postgres()).urlOf('postgres') }
    },
    async database() {
      const { urlOf } = await postgres()
      await migrated()
      const name = `test_${randomBytes(6).toString('hex')}`
      await query(urlOf('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY wal_log`)
      return { url: urlOf(name) }
    },
  }
}

async function startTestPostgres(home: Home, supervisor: Supervisor) {
  return startPostgres({
    supervisor,
    dataFolder: home.postgres,
    port: await anyFreePort(),
    password: randomBytes(16).toString('hex'),
    databases: [template, 'litellm'],
    stage: 0,
    flags: fast,
  })
}

async function startTestRedis(supervisor: Supervisor) {
  const tool = await ensureRedis({ cacheDir: cacheFolder() })
  const { url, process } = await startRedis({ supervisor, tool, port: await anyFreePort(), stage: 0 })
  return { url, pid: process.pid }
}

async function startTestStripe(supervisor: Supervisor) {
  const bin = await ensureStripeMock({ cacheDir: cacheFolder() })
  const [port, httpsPort] = [await anyFreePort(), await anyFreePort()]
  const { url } = await startStripeMock({ supervisor, bin, port, httpsPort, stage: 0 })
  return { url }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}
