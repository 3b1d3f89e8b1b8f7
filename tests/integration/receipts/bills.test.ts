import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { periodOf } from '#lib/period/period.ts'
import { type BillCheck, createBillReader } from '#lib/receipts/check-bill.ts'
import type { StepReason, Trust } from '#lib/receipts/step.ts'
import { projectRoot } from '#services/local/home.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { events } from '#services/platform/db/schema/index.ts'
import { flowNodeAt, getReceipts, readBill } from '#services/receipts/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newUsedVault, remembering, settleAll } from '#tests/support/settled-bill.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
let trust: Trust
let folder: string
const period = periodOf(new Date())

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
  trust = { node: flowNodeAt(world.accessNode), contract: world.contractAddress }
  folder = await mkdtemp(join(tmpdir(), 'flareflow-bill-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await opened[Symbol.asyncDispose]()
})

async function billOf(vaultId: bigint, who = ctx): Promise<string[]> {
  let text = ''
  for await (const piece of await readBill(who, { vaultId, period })) text += piece
  return text.trimEnd().split('\n')
}

function check(lines: readonly string[], by: Trust = trust): Promise<BillCheck> {
  const reader = createBillReader()
  for (const line of lines) if (!reader.add(line)) break
  return reader.check(by)
}
const notOk = ({ steps }: BillCheck) => steps.flatMap(({ outcome, reason }) => (outcome === 'ok' ? [] : [reason]))

describe('a whole bill', () => {
  test('is all requests of the reading, their sums, the price and the charge, over many pages and models', async () => {
    const vault = await newUsedVault(ctx, world)
    const models = ['gpt-4', 'claude-3-opus', 'claude-3-haiku', 'llama-3-70b', 'text-embedding-3-small']
    const calls = Array.from({ length: 2_345 }, (_, i) => ({
      model: models[i % models.length] ?? '',
      inputTokens: String(i),
      ...(i % 50 === 7 ? { status: 'failure' as const, inputTokens: null, outputTokens: null } : {}),
      ...(i % 50 === 8 ? { cacheHit: true } : {}),
    }))
    for (let at = 0; at < calls.length; at += 500) await vault.use(...calls.slice(at, at + 500))
    await settleAll(ctx)
    const lines = await billOf(vault.vaultId)
    expect(lines).toHaveLength(2_346)
    const result = await check(lines)
    expect([result.isProven, notOk(result)]).toEqual([true, []])
    const report = await world.chain.script('get_vault', { id: vault.vaultId })
    const [priced] = result.steps.filter(({ title }) => title.startsWith('The price'))
    expect(priced?.detail).toContain(`${Number(report?.chargedUsd) / 1e8}`)
  })

  test('follows the price down a tier’s cliff, where what was charged becomes credit', async () => {
    const vault = await newUsedVault(ctx, world)
    await vault.use({ inputTokens: '99000', outputTokens: '1000' })
    await settleAll(ctx)
    await vault.use({ inputTokens: '1', outputTokens: '0' })
    await settleAll(ctx)
    expect((await world.chain.script('get_vault', { id: vault.vaultId }))?.creditUsd).toBeGreaterThan(0n)
    expect((await check(await billOf(vault.vaultId))).isProven).toBe(true)
  })

  test('says when a later reading has more requests, and is good all the same', async () => {
    const vault = await newUsedVault(ctx, world)
    await vault.use({})
    await settleAll(ctx)
    const lines = await billOf(vault.vaultId)
    await vault.use({})
    await settleAll(ctx)
    const result = await check(lines)
    expect(result.isProven).toBe(true)
    expect(result.steps.at(-1)).toMatchObject({ outcome: 'note' })
  })

  test('with deleted details is proven by hashes, without its sums', async () => {
    const vault = await newUsedVault(ctx, world)
    const calls = await vault.use({}, {}, {})
    await settleAll(ctx)
    await ctx.db.delete(events).where(eq(events.id, calls[1]?.id ?? ''))
    const result = await check(await billOf(vault.vaultId))
    expect(result.isProven).toBe(true)
    expect(result.steps.filter(({ outcome }) => outcome === 'note').map(({ title }) => title)).toHaveLength(1)
  })
})

describe('a bill that was tampered with', () => {
  let lines: string[]
  let memo: Trust
  beforeAll(async () => {
    const vault = await newUsedVault(ctx, world)
    await vault.use({}, {}, { model: 'claude-3-opus' }, {}, {})
    await settleAll(ctx)
    lines = await billOf(vault.vaultId)
    memo = { ...trust, node: { ...trust.node, ask: remembering(trust.node.ask) } }
  })
  const header = (more: (head: Record<string, unknown>) => object): string[] => {
    const head = JSON.parse(lines[0] ?? '') as Record<string, unknown>
    return [JSON.stringify({ ...head, ...more(head) }), ...lines.slice(1)]
  }
  const cases: [string, () => string[], StepReason][] = [
    ['a request left out', () => lines.toSpliced(2, 1), 'leaf_differs'],
    ['the last request left out', () => lines.slice(0, -1), 'leaf_missing'],
    [
      'a request more',
      () => [...lines, lines[1]?.replace('"ordinal":0', '"ordinal":5').replace('"id":"', '"id":"x') ?? ''],
      'leaf_missing',
    ],
    ['a request twice', () => [...lines, lines[1]?.replace('"ordinal":0', '"ordinal":5') ?? ''], 'request_repeated'],
    ['another model', () => lines.with(1, lines[1]?.replace('gpt-4', 'gpt-3') ?? ''), 'root_computed'],
    ['fewer tokens', () => lines.with(1, lines[1]?.replace('"100"', '"099"') ?? ''), 'leaf_form'],
    [
      'tokens billed that were not used',
      () => lines.with(1, lines[1]?.replace('"billable":"150"', '"billable":"151"') ?? ''),
      'leaf_differs',
    ],
    ['another root', () => header(() => ({ root: 'ab'.repeat(32) })), 'root_computed'],
    [
      'other sums',
      () => header(() => ({ reading: { sequence: '1', eventCount: '5', models: [{ model: 'gpt-4', tokens: '1' }] } })),
      'sums_differ',
    ],
    [
      'another reading',
      () => header((head) => ({ reading: { ...(head['reading'] as object), sequence: '2' } })),
      'reading_missing',
    ],
    ['no first line', () => lines.slice(1), 'form'],
    ['nothing in it', () => [], 'form'],
  ]
  test.each(cases)('by %s fails for that reason', async (_what, damaged, reason) => {
    const result = await check(damaged(), memo)
    expect([result.isProven, notOk(result)[0]]).toEqual([false, reason])
  })
})

/** A node that tells another amount in the settled reading than the chain has. */
const withAmount = (field: string, value: string): Trust => ({
  ...trust,
  node: {
    name: 'a lying node',
    ask: async (path, body) => {
      const answer = await trust.node.ask(path, body)
      if (!path.startsWith('transaction_results/')) return answer
      const { events: all } = answer.body as { events: { payload: string }[] }
      const changed = all.map((event) => {
        const payload = JSON.parse(atob(event.payload)) as { value: { fields: { name: string; value: object }[] } }
        for (const each of payload.value.fields) if (each.name === field) Object.assign(each.value, { value })
        return { ...event, payload: btoa(JSON.stringify(payload)) }
      })
      return { ...answer, body: { ...(answer.body as object), events: changed } }
    },
  },
})

test('what the chain charged follows from the price: less than it under a cap, never more', async () => {
  const vault = await newUsedVault(ctx, world)
  await vault.use({ inputTokens: '90000' })
  await settleAll(ctx)
  const lines = await billOf(vault.vaultId)
  const by = async (field: string, value: string) => notOk(await check(lines, withAmount(field, value)))
  expect(await by('chargedUsdAfter', '0.10000000')).toEqual([])
  expect(await by('chargedUsdAfter', '9.00000000')).toEqual(['charge_differs'])
  expect(await by('priceUsd', '2.70150001')).toEqual(['price_differs'])
  expect(await by('flowDue', '2.70150001')).toEqual(['charge_differs'])
  expect(await by('scheduleVersion', '2')).toEqual(['price_differs'])
})

test('strangers and unsettled months get no bill', async () => {
  const vault = await newUsedVault(ctx, world)
  const as = (address: string) => withActor(ctx, { kind: 'user', address })
  await expect(billOf(vault.vaultId, as(vault.owner.address))).rejects.toMatchObject({ code: 'not_found' })
  await vault.use({})
  await settleAll(ctx)
  expect(await billOf(vault.vaultId, as(vault.owner.address))).toHaveLength(2)
  expect(await billOf(vault.vaultId, as(world.accounts.provider.address))).toHaveLength(2)
  expect(await billOf(vault.vaultId, as(world.accounts.admin.address))).toHaveLength(2)
  const stranger = as((await world.newWallet()).address)
  await expect(billOf(vault.vaultId, stranger)).rejects.toMatchObject({ code: 'not_permitted' })
})

interface Ended {
  code: number
  output: string
}

/** Runs the command as a third party would: without a database, a server or any setting. */
async function verify(...args: string[]): Promise<Ended> {
  const file = join(projectRoot, 'services/bin/verify.ts')
  const env = { NODE_ENV: 'production' as const, PATH: process.env['PATH'] }
  const child = spawn(process.execPath, [file, ...args], { cwd: projectRoot, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}

describe('the command', () => {
  test('proves a receipt and a bill from files, and ends with 1 when either was changed', async () => {
    const vault = await newUsedVault(ctx, world)
    const [call] = await vault.use({}, {}, {})
    await settleAll(ctx)
    const { receipts } = await getReceipts(ctx, { callId: call?.id ?? '' })
    const [receipt, bill] = [join(folder, 'receipt.json'), join(folder, 'bill.ndjson')]
    await writeFile(receipt, `${JSON.stringify(receipts[0], null, 2)}\n`)
    await writeFile(bill, `${(await billOf(vault.vaultId)).join('\n')}\n`)
    const rest = ['--node', world.accessNode, '--contract', world.contractAddress]
    for (const args of [
      [receipt, ...rest],
      ['--bill', bill, ...rest],
    ]) {
      const good = await verify(...args)
      expect(good).toMatchObject({ code: 0, output: expect.stringContaining('Proven') as string })
      expect(good.output).not.toContain('✗')
    }
    for (const file of [receipt, bill]) await writeFile(file, (await readFile(file, 'utf8')).replace('0', '1'))
    for (const args of [
      [receipt, ...rest],
      ['--bill', bill, ...rest],
    ]) {
      expect(await verify(...args)).toMatchObject({ code: 1, output: expect.stringContaining('✗') as string })
    }
  }, 120_000)

  test('says how it is used, and that a file can’t be read', async () => {
    expect(await verify()).toMatchObject({ code: 1, output: expect.stringContaining('Usage') as string })
    for (const args of [[join(folder, 'none.json')], ['--bill', join(folder, 'none.ndjson')]]) {
      expect(await verify(...args)).toMatchObject({
        code: 1,
        output: expect.stringContaining("can't be read") as string,
      })
    }
  })
})
