import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReceipts } from '#services/receipts/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newUsedVault, settleAll } from '#tests/support/settled-bill.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
const folder = mkdtempSync(join(tmpdir(), 'flareflow-by-hand-'))

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await opened[Symbol.asyncDispose]()
})

test('the program that docs/verify.md gives proves a receipt, and refuses a changed one', async () => {
  const page = readFileSync(join(projectRoot, 'docs/verify.md'), 'utf8')
  const program = /```python\n([\s\S]+?)```/.exec(page)?.[1] ?? ''
  const vault = await newUsedVault(ctx, world)
  const calls = await vault.use({}, { model: 'claude-3-opus', inputTokens: '77' }, {}, {}, {})
  await settleAll(ctx)
  const { receipts } = await getReceipts(ctx, { callId: calls[1]?.id ?? '' })
  const [script, good, bad] = ['check.py', 'good.json', 'bad.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const text = JSON.stringify(receipts[0])
  writeFileSync(script, program)
  writeFileSync(good, text)
  writeFileSync(bad, text.replace('\\"input\\":\\"77\\"', '\\"input\\":\\"78\\"'))
  const said = execFileSync('python3', [script, good, world.accessNode], { encoding: 'utf8' })
  expect(said).toBe(`Proven: 127 tokens of claude-3-opus at ${calls[1]?.startedAt}, request ${calls[1]?.id}.\n`)
  const refused = spawnSync('python3', [script, bad, world.accessNode], { encoding: 'utf8' })
  expect([refused.status, refused.stderr.includes('the text is not the leaf')]).toEqual([1, true])
})
