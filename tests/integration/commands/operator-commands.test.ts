import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { costTableCommand } from '#services/rating/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { keyOf, seedUsage } from '#tests/support/seeded-usage.ts'
import { useLitellm } from '#tests/support/stack.ts'

let world: ChainWorld
let opened: TestContext
let home: string
const hours = (count: number): string =>
  new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 + count * 3_600_000).toISOString()

beforeAll(async () => {
  world = await openChainWorld()
  home = mkdtempSync(join(tmpdir(), 'flareflow-commands-'))
  const { url, masterKey } = await useLitellm()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({
    chain: world.chain,
    deploymentId,
    variables: {
      LITELLM_URL: url,
      LITELLM_MASTER_KEY: masterKey,
      FLOW_ACCESS_NODE: world.accessNode,
      FLOW_CONTRACT_ADDRESS: world.contractAddress,
    },
  })
  await seedUsage(opened.ctx, [
    { vault: 7n, at: hours(-3), model: 'gpt-4', input: 1_000, output: 0 },
    { vault: 7n, at: hours(-2), model: 'no-price' },
  ])
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})

/** Runs a command of `services/bin` as npm does, in the environment of the test's parts. */
function run(file: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...opened.variables, NODE_ENV: 'test' as const, PATH: process.env['PATH'], FLAREFLOW_HOME: home }
  return new Promise((resolve) => {
    execFile(process.execPath, [`services/bin/${file}`, ...args], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err })
    })
  })
}

test('a cost table is imported, looked at and published by command', async () => {
  const imported = await run('cost-table.ts', 'import', '--from', hours(-10), '--note', 'first')
  expect(imported).toMatchObject({ code: 0, err: '' })
  const version = /preview (\d+)/.exec(imported.out)?.[1] ?? ''
  const preview = await run('cost-table.ts', 'preview', version)
  // 1,000 tokens of gpt-4 at 30 USD per 1M; the other model is in no price list.
  expect(preview.out).toContain('0.00000000000000 USD becomes 0.03000000000000 USD.')
  expect(preview.out).toContain('150 tokens have no rate in it (1150 now).')
  const hash = /--hash (\S+)/.exec(preview.out)?.[1] ?? ''
  expect((await run('cost-table.ts', 'publish', version, '--hash', hash)).out).toContain('published')
  expect((await run('cost-table.ts', 'list')).out).toMatch(new RegExp(`${version}  published  .*first`))
})

test('a command that is not told enough says how it is used, and changes nothing', async () => {
  const system = { ...opened.ctx, actor: { kind: 'system' as const, job: 'test' } }
  const words = [[], ['publish'], ['publish', '1'], ['preview', 'x'], ['import']]
  for (const each of words) {
    const lines = Array.fromAsync(costTableCommand(system, { words: each, from: 'soon' }))
    await expect(lines).rejects.toMatchObject({ publicMessage: expect.stringContaining('Usage: npm run cost-table') })
  }
  const { code, err } = await run('cost-table.ts', 'publish', '1')
  expect([code, err]).toEqual([1, expect.stringContaining('Usage: npm run cost-table')])
  expect(await run('export.ts', '--from', 'yesterday')).toMatchObject({ code: 1, out: '' })
})

test('events are exported by command, to a file or the output', async () => {
  const out = join(home, 'events.ndjson')
  const span = ['--from', hours(-24), '--to', hours(1), '--vault', '7']
  const file = await run('export.ts', ...span, '--out', out)
  expect(file).toEqual({ code: 0, out: '', err: '' })
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { keyHash: string }).keyHash)).toEqual([keyOf(7n), keyOf(7n)])
  const csv = await run('export.ts', ...span, '--format', 'csv')
  expect(csv.out.split('\r\n')).toHaveLength(4)
})

test('keys are wrapped anew by command, where own keys are set up', async () => {
  expect(await run('byok-rewrap.ts')).toMatchObject({ code: 1, err: expect.stringContaining('BYOK_ENCRYPTION_KEY') })
  opened.variables['BYOK_ENCRYPTION_KEY'] = Buffer.alloc(32, 1).toString('base64')
  expect(await run('byok-rewrap.ts')).toMatchObject({ code: 0, out: expect.stringContaining('0 keys wrapped anew.') })
})
