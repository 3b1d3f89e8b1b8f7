import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoSubscriptions } from '#services/local/demo/cast.ts'
import { killStarted, leftOf, npmStart, type StartedProcess } from '#tests/support/started-process.ts'

let home: string
let started: StartedProcess
let database: pg.Client

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'flareflow-demo-'))
  started = npmStart({ home, file: 'services/bin/start.ts', args: ['--demo'] })
  await started.ready
  const { ports } = readJson('stack.json')
  const { databasePassword } = readJson('secrets.json')
  database = new pg.Client(`postgresql://flareflow:${databasePassword}@127.0.0.1:${ports.postgres}/flareflow`)
  await database.connect()
}, 600_000)
afterAll(async () => {
  await database?.end()
  process.kill(-started.npm, 'SIGINT')
  await leftOf(home)
  killStarted()
  rmSync(home, { recursive: true, force: true })
})

const readJson = (name: string) => JSON.parse(readFileSync(join(home, 'demo', name), 'utf8'))

async function until<T>(look: () => Promise<T | null>, withinMs: number): Promise<T> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(500)) {
    const seen = await look()
    if (seen !== null) return seen
  }
  throw new Error('It did not come about in time.')
}

test('a year of every subscription settles on chain, month by month, in order', async () => {
  const months = 12
  const wanted = demoSubscriptions.length * months
  const past = "SELECT vault_id, period, sequence FROM readings WHERE status = 'sealed' AND period < $1 ORDER BY 1, 3"
  const now = new Date(readJson('demo.json').until)
  const current = now.getUTCFullYear() * 100 + now.getUTCMonth() + 1
  const rows = await until(async () => {
    const { rows: sealed } = await database.query<{ vault_id: string; period: number }>(past, [current])
    return sealed.length >= wanted ? sealed : null
  }, 120_000)
  expect(rows.length).toBe(wanted)
  for (const vault of new Set(rows.map((row) => row.vault_id))) {
    const periods = rows.filter((row) => row.vault_id === vault).map((row) => row.period)
    expect(periods).toEqual(periods.toSorted((a, b) => a - b))
    expect(new Set(periods).size).toBe(months)
  }
  const { rows: dead } = await database.query('SELECT reason FROM dead_letters')
  expect(dead).toEqual([])
})

test('every subscription has live calls of its own key', async () => {
  const { until: past } = readJson('demo.json')
  const live = 'SELECT count(DISTINCT vault_id)::int AS vaults FROM events WHERE started_at > $1'
  const all = demoSubscriptions.length
  const vaultsSeen = async () => (await database.query(live, [past])).rows[0].vaults as number
  await expect.poll(vaultsSeen, { timeout: 60_000, interval: 500 }).toBe(all)
})
