import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KEY_PROVIDERS, maskProviderKey } from '#lib/byok/providers.ts'
import { rewrapCommand, storeKey } from '#services/byok/index.ts'
import { openKey } from '#services/byok/open-key.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { readMasterKeys, seal, unseal } from '#services/platform/crypto/seal.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

const newMasterKey = (): string => randomBytes(32).toString('base64')
const [older, newer] = [newMasterKey(), newMasterKey()]
const ROWS = 10_000
const KILLS = 5
let opened: TestContext
let before: ServiceContext
/** A process that the operator restarted with the new master key before the old one. */
let rotating: ServiceContext

const withKeys = (text: string): ServiceContext => {
  const { ctx } = opened
  return { ...ctx, env: { ...ctx.env, byok: { ...ctx.env.byok, masterKeys: readMasterKeys(text) } } }
}
beforeAll(async () => {
  opened = await createTestContext({ variables: { BYOK_ENCRYPTION_KEY: `${newer},${older}`, LOG_LEVEL: 'silent' } })
  before = withKeys(older)
  rotating = opened.ctx
})
afterAll(() => opened[Symbol.asyncDispose]())

interface Place {
  readonly accountId: string
  readonly provider: string
}
const secretOf = ({ accountId, provider }: Place): string => `key-of-${accountId}-at-${provider}`

/** Fills the table as the product would, faster. */
async function fill(prefix: string, count: number, contextOf: (place: Place) => string): Promise<Place[]> {
  const accounts = Array.from({ length: Math.ceil(count / KEY_PROVIDERS.length) }, (_, at) => `${prefix}_${at}`)
  const places = accounts
    .flatMap((accountId) => KEY_PROVIDERS.map(({ id: provider }) => ({ accountId, provider })))
    .slice(0, count)
  await rotating.db.execute(sql`
    insert into credit_accounts (id, subject, tier, status, created_at)
    select id, 'test:' || id, 'free', 'open', now() from unnest(${sql.param(accounts)}::text[]) as given (id)`)
  const keys = readMasterKeys(older)
  const rows = places.map((place) => ({
    ...place,
    masked: maskProviderKey(secretOf(place)),
    ...seal(keys, secretOf(place), contextOf(place)),
  }))
  await rotating.db.execute(sql`
    insert into provider_keys
      (account_id, provider, masked, enabled, master_key, wrapped, sealed, created_at, updated_at)
    select "accountId", provider, masked, true, "masterKey", wrapped, sealed, now(), now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as given ("accountId" text, provider text, masked text, "masterKey" text, wrapped text, sealed text)`)
  return places
}
const bound = ({ accountId, provider }: Place): string => `byok|${accountId}|${provider}`

const stale = async (): Promise<number> => {
  const id = readMasterKeys(newer).current.id
  const { rows } = await rotating.db.execute<{ left: string }>(
    sql`select count(*) as left from provider_keys where master_key <> ${id}`,
  )
  return Number(rows[0]?.left)
}

async function startCommand(): Promise<{ process: ChildProcess; told: () => string }> {
  const env = { ...opened.variables, NODE_ENV: 'test' as const, PATH: process.env['PATH'] }
  const child = spawn(process.execPath, ['tests/support/rewrap-process.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  await once(child.stdout, 'data')
  return { process: child, told: () => text }
}

test('ten thousand keys are wrapped anew while requests go on and the command is killed again and again', async () => {
  const places = await fill('many', ROWS, bound)
  const done = new AbortController()
  const failures: unknown[] = []
  const counts = { opened: 0, stored: 0 }
  const replaced = new Map<string, string>()
  const placeAt = (turn: number): Place => places[(turn * 7919) % places.length] as Place
  async function open(turn: number): Promise<void> {
    const place = placeAt(turn)
    const key = await openKey(rotating, place)
    const known = [secretOf(place), replaced.get(bound(place))]
    if (!known.includes(key?.apiKey)) failures.push(place)
    counts.opened += 1
  }
  async function store(turn: number): Promise<void> {
    const place = placeAt(turn)
    const key = `${secretOf(place)}-${turn}`
    replaced.set(bound(place), key)
    await storeKey(rotating, place.accountId, { provider: place.provider, key, baseUrl: null })
    if ((await openKey(rotating, place))?.apiKey !== key) failures.push(place)
    counts.stored += 1
  }
  const traffic = async (start: number, act: (turn: number) => Promise<void>): Promise<void> => {
    for (let turn = start; !done.signal.aborted; turn += 1) await act(turn).catch((error) => failures.push(error))
  }
  const requests = [traffic(0, open), traffic(4_999, open), traffic(2_500, store)]
  const leftAtKill: number[] = []
  for (let kills = 0; kills < KILLS; kills += 1) {
    const { process: child } = await startCommand()
    await sleep(20 + Math.random() * 100)
    child.kill('SIGKILL')
    await once(child, 'close')
    leftAtKill.push(await stale())
  }
  const last = await Promise.all([startCommand(), startCommand()])
  await Promise.all(last.map(({ process: child }) => once(child, 'close')))
  done.abort()
  await Promise.all(requests)
  expect(failures).toEqual([])
  expect(counts.opened).toBeGreaterThan(500)
  expect(counts.stored).toBeGreaterThan(100)
  // It was cut off in the middle, and what was done before stayed.
  expect(leftAtKill.filter((left) => left > 0).length).toBeGreaterThan(1)
  expect(leftAtKill).toEqual(leftAtKill.toSorted((a, b) => b - a))
  for (const { told } of last) expect(told()).toContain('Older master keys may be removed')
  expect(await stale()).toBe(0)
  const after = withKeys(newer)
  for (let turn = 0; turn < places.length; turn += 10) {
    const place = places[turn] as Place
    expect((await openKey(after, place))?.apiKey).toBe(replaced.get(bound(place)) ?? secretOf(place))
    await expect(openKey(before, place)).rejects.toThrow(/does not open/)
  }
}, 240_000)

/** What an attacker with write access may mix: all of a row, its wrapped data key, or its text. */
const SWAPS = ['master_key, wrapped, sealed', 'wrapped', 'sealed'] as const

test('a key that was moved to another row is refused by every one of them, before and after', async () => {
  const places = await fill('swapped', 600, bound)
  for (const [at, columns] of SWAPS.entries()) {
    await rotating.db.execute(sql`
      with numbered as (
        select *, row_number() over (order by account_id, provider) as number from provider_keys
        where account_id like 'swapped_%'
      ), pairs as (
        select a.account_id, a.provider, b.master_key, b.wrapped, b.sealed from numbered a
        join numbered b on b.number = case when a.number % 2 = 1 then a.number + 1 else a.number - 1 end
        where a.number > ${at * 200} and a.number <= ${(at + 1) * 200}
      )
      update provider_keys set (${sql.raw(columns)}) = row(${sql.raw(columns.replaceAll(/\b(?=[a-z])/g, 'pairs.'))})
      from pairs where provider_keys.account_id = pairs.account_id and provider_keys.provider = pairs.provider`)
  }
  const opens = async (ctx: ServiceContext): Promise<number> => {
    const tried = await Promise.allSettled(places.map((place) => openKey(ctx, place)))
    return tried.filter(({ status }) => status === 'fulfilled').length
  }
  expect(await opens(rotating)).toBe(0)
  const { text, isClear } = await rewrapCommand(rotating)
  expect(isClear).toBe(false)
  expect(text.match(/does not open/g)).toHaveLength(600)
  expect(await stale()).toBe(600)
  expect(await opens(rotating)).toBe(0)
})

test('keys that are sealed without their place open wherever they are put, which those tests would see', async () => {
  const [mine, theirs] = (await fill('unbound', 2, () => 'byok')) as [Place, Place]
  const { rows } = await rotating.db.execute<{ master_key: string; wrapped: string; sealed: string }>(
    sql`select * from provider_keys where account_id = ${theirs.accountId} and provider = ${theirs.provider}`,
  )
  const [row] = rows
  if (!row) throw new Error('It was stored.')
  const sealed = { masterKey: row.master_key, wrapped: row.wrapped, sealed: row.sealed }
  expect(unseal(readMasterKeys(older), sealed, 'byok')).toBe(secretOf(theirs))
  expect(() => unseal(readMasterKeys(older), sealed, bound(mine))).toThrow(/does not open/)
})
