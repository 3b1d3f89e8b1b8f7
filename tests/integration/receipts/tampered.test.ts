import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leafHash } from '#lib/merkle/hash.ts'
import { merkleRoot } from '#lib/merkle/proof.ts'
import { checkReceipt, type ReceiptCheck } from '#lib/receipts/check-receipt.ts'
import type { SettledReceipt } from '#lib/receipts/receipt.ts'
import type { Step, StepReason, Trust } from '#lib/receipts/step.ts'
import { flowNodeAt, getReceipts } from '#services/receipts/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { newUsedVault, remembering, settleAll } from '#tests/support/settled-bill.ts'
import { runs } from '../../property/runs.ts'

let world: ChainWorld
let opened: TestContext
let ctx: ServiceContext
let trust: Trust
let receipt: SettledReceipt

beforeAll(async () => {
  world = await openChainWorld()
  const { deploymentId } = await world.chain.script('get_settings', {})
  opened = await createTestContext({ chain: world.chain, deploymentId, variables: oracleVariables(world) })
  ctx = opened.ctx
  const { name, ask } = flowNodeAt(world.accessNode)
  trust = { node: { name, ask: remembering(ask) }, contract: world.contractAddress }
  const vault = await newUsedVault(ctx, world)
  const calls = await vault.use(...Array.from({ length: 11 }, () => ({})), { model: 'claude-3-opus' })
  await settleAll(ctx)
  const { receipts } = await getReceipts(ctx, { callId: calls[6]?.id ?? '' })
  receipt = receipts[0] as SettledReceipt
})
afterAll(() => opened[Symbol.asyncDispose]())

type Check = (text: string) => Promise<ReceiptCheck>
const check: Check = (text) => checkReceipt(text, trust)
const firstFault = ({ steps }: { steps: readonly Step[] }): StepReason | undefined =>
  steps.find(({ outcome }) => outcome === 'failed')?.reason

/** Another character in place of one, so that the text is as long and means something else. */
const byteChanged = (text: string, at: number, to: string): string => {
  const place = at % text.length
  return text.slice(0, place) + to + text.slice(place + 1)
}

test('a receipt with any one byte changed is never proven', async () => {
  const text = JSON.stringify(receipt)
  expect((await check(text)).isProven).toBe(true)
  const sign = fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code))
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 100_000 }), sign, async (at, to) => {
      const changed = byteChanged(text, at, to)
      fc.pre(changed !== text)
      expect((await check(changed)).isProven).toBe(false)
    }),
    runs(1_000),
  )
})

/** A field with one digit or letter changed, in the form that it must have. */
type Change = [field: string, change: (given: SettledReceipt) => object, reason: StepReason]
const flip = (hex: string): string => (hex.startsWith('a') ? 'b' : 'a') + hex.slice(1)
const next = (count: string): string => (BigInt(count) + 1n).toString()
const settled = (given: SettledReceipt, more: object) => ({ ...given, settlement: { ...given.settlement, ...more } })
const event = (given: SettledReceipt, more: object) => ({ ...given, event: { ...given.event, ...more } })
const reading = (given: SettledReceipt, more: object) =>
  settled(given, { reading: { ...given.settlement.reading, ...more } })
const changes: Change[] = [
  ['kind', (given) => ({ ...given, kind: 'flareflow.receipt2' }), 'form'],
  ['version', (given) => ({ ...given, version: 2 }), 'form'],
  ['network', (given) => ({ ...given, network: 'testnet' }), 'network_differs'],
  ['contract', (given) => ({ ...given, contract: '0xf8d6e0586b0a20c8' }), 'contract_differs'],
  ['deployment', (given) => ({ ...given, deployment: flip(given.deployment) }), 'deployment_differs'],
  ['vault', (given) => ({ ...given, vault: next(given.vault) }), 'leaf_differs'],
  ['period', (given) => ({ ...given, period: 202_501 }), 'leaf_differs'],
  ['event id', (given) => event(given, { id: flip(given.event.id) }), 'leaf_differs'],
  ['ordinal', (given) => event(given, { ordinal: given.event.ordinal + 1 }), 'leaf_differs'],
  ['leaf', (given) => event(given, { leaf: given.event.leaf?.replace('"input":"100"', '"input":"900"') }), 'leaf_hash'],
  ['leaf’s form', (given) => event(given, { leaf: ` ${given.event.leaf}` }), 'leaf_form'],
  ['leaf hash', (given) => event(given, { leafHash: flip(given.event.leafHash) }), 'leaf_hash'],
  ['tree size', (given) => settled(given, { size: given.settlement.size + 1 }), 'path'],
  ['audit path', (given) => settled(given, { path: given.settlement.path.map(flip) }), 'path'],
  ['audit path’s order', (given) => settled(given, { path: given.settlement.path.toReversed() }), 'path'],
  ['root', (given) => settled(given, { root: flip(given.settlement.root) }), 'path'],
  [
    'transaction',
    (given) => settled(given, { transaction: flip(given.settlement.transaction) }),
    'transaction_unknown',
  ],
  ['sequence', (given) => reading(given, { sequence: next(given.settlement.reading.sequence) }), 'reading_missing'],
  ['event count', (given) => reading(given, { eventCount: next(given.settlement.reading.eventCount) }), 'path'],
  [
    'models',
    (given) =>
      reading(given, {
        models: given.settlement.reading.models.map((each) => ({ ...each, tokens: next(each.tokens) })),
      }),
    'reading_differs',
  ],
]

describe('a receipt with another', () => {
  test.each(changes)('%s fails for that reason', async (_field, change, reason) => {
    const result = await check(JSON.stringify(change(receipt)))
    expect([result.isProven, firstFault(result)]).toEqual([false, reason])
  })

  test('contract is not proven by contracts of that place either, when nobody says which one to expect', async () => {
    const text = JSON.stringify({ ...receipt, contract: '0xf8d6e0586b0a20c8' })
    const result = await checkReceipt(text, { ...trust, contract: null })
    expect(firstFault(result)).toBe('deployment_differs')
  })
})

/** A request that never was, with a proof of its own: everything fits together but the chain. */
function forged(given: SettledReceipt): SettledReceipt {
  const leaf = given.event.leaf?.replace('"billable":"150"', '"billable":"0"') ?? ''
  const hash = leafHash(leaf)
  const others = Array.from({ length: given.settlement.size }, (_, i) => leafHash(`other ${i}`))
  others[given.event.ordinal] = hash
  const { ordinal } = given.event
  const path = pathOf(others, ordinal)
  return {
    ...given,
    event: { ...given.event, leaf, leafHash: hash },
    settlement: { ...given.settlement, path, root: merkleRoot(others) },
  }
}

/** The audit path from its definition, leaf by leaf. */
function pathOf(leaves: readonly string[], index: number): string[] {
  if (leaves.length <= 1) return []
  const half = 2 ** Math.ceil(Math.log2(leaves.length)) / 2
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)]
  return index < half ? [...pathOf(left, index), merkleRoot(right)] : [...pathOf(right, index - half), merkleRoot(left)]
}

describe('a receipt that is forged as a whole', () => {
  test('fails at the root that the chain has', async () => {
    const result = await check(JSON.stringify(forged(receipt)))
    expect(result.steps.slice(0, 4).map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(firstFault(result)).toBe('root_differs')
  })

  test('is believed by a check that doesn’t compare with the chain’s root, which this test finds', async () => {
    const careless: Check = async (text) => {
      const result = await check(text)
      const steps = result.steps.filter(({ reason }) => reason !== 'root_differs')
      return { ...result, steps, isProven: !steps.some(({ outcome }) => outcome === 'failed') }
    }
    const isBelieved = async (checker: Check): Promise<boolean> =>
      (await checker(JSON.stringify(forged(receipt)))).isProven
    expect([await isBelieved(check), await isBelieved(careless)]).toEqual([false, true])
  })
})

test('a node that doesn’t answer, or is none, proves and disproves nothing', async () => {
  for (const url of ['http://127.0.0.1:9', ctx.env.litellm.url]) {
    const result = await checkReceipt(JSON.stringify(receipt), { ...trust, node: flowNodeAt(url) })
    expect([result.isProven, firstFault(result)]).toEqual([false, 'node_silent'])
  }
})
