import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { formatFlow, formatUsdPerFlow } from '#lib/money/decimal.ts'
import { flow, usdPerFlow } from '#lib/money/units.ts'
import { type Billing, flowOf, openBilling, openVault, submit } from '#tests/support/billing.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { VaultModel } from '#tests/support/vault-model.ts'

const vaults = 3
const actionsPerRun = process.env['TEST_LONG'] ? 5_000 : 120
const models = ['gpt-4', 'claude-3-opus', 'llama-3', 'other']

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling({ settleDelaySeconds: 0n })
})
afterAll(() => stopEmulator())

interface Increase {
  vault: number
  /** Added to the last sequence number; 0 repeats it, -1 goes back. */
  step: bigint
  model: string
  tokens: bigint
}

type Action =
  | { kind: 'readings'; increases: Increase[] }
  | { kind: 'deposit'; vault: number; amount: bigint }
  | { kind: 'withdraw'; vaults: number[] }
  | { kind: 'automatic'; vault: number; enabled: boolean }
  | { kind: 'request'; vault: number; amount: bigint | null }
  | { kind: 'takeBack'; vault: number }
  | { kind: 'rate'; usdPerFlow: bigint }

const vault = fc.nat(vaults - 1)
const amount = fc.oneof(fc.constantFrom(1n, 99_999_999n), fc.bigInt(1n, 300_000_000n))
const increase: fc.Arbitrary<Increase> = fc.record({
  vault,
  step: fc.oneof({ arbitrary: fc.constantFrom(1n, 2n), weight: 6 }, { arbitrary: fc.constantFrom(0n, -1n), weight: 1 }),
  model: fc.constantFrom(...models),
  tokens: fc.oneof(fc.bigInt(-50n, 0n), fc.bigInt(0n, 3_000n), fc.bigInt(0n, 150_000n)),
})
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('readings' as const),
      increases: fc.array(increase, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deposit' as const), vault, amount }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('withdraw' as const), vaults: fc.uniqueArray(vault, { minLength: 1 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('automatic' as const), vault, enabled: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('request' as const), vault, amount: fc.option(amount, { freq: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('takeBack' as const), vault }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rate' as const), usdPerFlow: fc.bigInt(80_000_000n, 120_000_000n) }),
  },
)

/** Comes before the random actions, so that no run is without debt, credit, a repeated reading and a closed vault. */
const grow = (to: bigint, step = 1n): Action => ({
  kind: 'readings',
  increases: [{ vault: 0, step, model: 'other', tokens: to }],
})
const opening: Action[] = [
  grow(1_000_000n),
  grow(1n),
  grow(0n, 0n),
  { kind: 'deposit', vault: 0, amount: 300_000_000n },
  { kind: 'request', vault: 1, amount: null },
  { kind: 'takeBack', vault: 1 },
]

/** The vaults of a run, what they should be, and the rate. A vault that was closed gives its place to a new one. */
interface World {
  open: VaultModel[]
  all: VaultModel[]
  rate: bigint
}

const at = (world: World, index: number): VaultModel => {
  const found = world.open[index]
  if (!found) throw new Error(`There is no vault at ${index}.`)
  return found
}

async function openModel(): Promise<VaultModel> {
  return new VaultModel(await openVault(billing, '1.00000000'), 100_000_000n)
}

async function act(world: World, todo: Action): Promise<void> {
  const { chain, customer, provider, admin } = billing
  switch (todo.kind) {
    case 'readings':
      return submitIncreases(world, todo.increases)
    case 'deposit': {
      const model = at(world, todo.vault)
      await chain.send('owner/deposit', { vaultId: model.id, amount: formatFlow(flow(todo.amount)) }, customer)
      return model.deposit(todo.amount)
    }
    case 'withdraw': {
      const chosen = todo.vaults.map((index) => at(world, index))
      await chain.send('provider/withdraw_accrued', { vaultIds: chosen.map(({ id }) => id) }, provider)
      return chosen.forEach((model) => model.withdraw())
    }
    case 'automatic': {
      const model = at(world, todo.vault)
      await chain.send('owner/set_automatic_payment', { vaultId: model.id, enabled: todo.enabled }, customer)
      return model.setAutomatic(todo.enabled)
    }
    case 'request': {
      const model = at(world, todo.vault)
      const wanted = todo.amount === null ? null : formatFlow(flow(todo.amount))
      await chain.send('owner/request_return', { vaultId: model.id, amount: wanted }, customer)
      model.requested = todo.amount
      return
    }
    case 'takeBack':
      return takeBack(world, todo.vault)
    case 'rate':
      await chain.send(
        'admin/set_rate',
        { usdPerFlow: formatUsdPerFlow(usdPerFlow(todo.usdPerFlow)), source: 'fixed' },
        admin,
      )
      world.rate = todo.usdPerFlow
  }
}

async function submitIncreases(world: World, increases: readonly Increase[]): Promise<void> {
  const expected: string[] = []
  const readings = increases.map(({ vault: index, step, model: name, tokens }) => {
    const model = at(world, index)
    const sequence = model.sequence + step < 0n ? 0n : model.sequence + step
    const sum = (model.usage[name] ?? 0n) + tokens
    const usage = { ...model.usage, [name]: sum < 0n ? 0n : sum }
    expected.push(model.settle(sequence, usage, world.rate))
    return { vaultId: model.id, sequence, usage }
  })
  const { events } = await submit(billing, readings)
  const outcomes = events
    .filter(({ type }) => /\.Reading(Settled|Skipped)$/.test(type))
    .map(({ type, data }) => (type.endsWith('Settled') ? 'settled' : (data as { reason: string }).reason))
  expect(outcomes).toEqual(expected)
}

async function takeBack(world: World, index: number): Promise<void> {
  const model = at(world, index)
  if (model.requested === undefined) return
  await billing.chain.send('owner/take_back', { vaultId: model.id }, billing.customer)
  model.takeBack()
  if (!model.closed) return
  world.open[index] = await openModel()
  world.all.push(at(world, index))
}

function checkInvariants(report: VaultReport): void {
  expect(report.deposits).toBe(report.balance + report.paid + report.refunded)
  expect(report.accrued).toBeLessThanOrEqual(report.balance)
  expect(report.uncovered === 0n || report.accrued === report.balance).toBe(true)
}

test(`after each of ${actionsPerRun} random actions every vault is what the rules say, and no FLOW appears or is lost`, async () => {
  const run = fc.asyncProperty(
    fc.array(action, { minLength: actionsPerRun, maxLength: actionsPerRun }),
    async (actions) => {
      const world: World = { open: [], all: [], rate: 100_000_000n }
      await act(world, { kind: 'rate', usdPerFlow: world.rate })
      const held = async () => (await flowOf(billing, billing.customer)) + (await flowOf(billing, billing.provider))
      const before = await held()
      for (let i = 0; i < vaults; i += 1) world.open.push(await openModel())
      world.all = [...world.open]
      for (const todo of [...opening, ...actions]) {
        await act(world, todo)
        const reports = await billing.chain.script('get_vaults', { ids: world.all.map(({ id }) => id) })
        reports.forEach(checkInvariants)
        expect(reports).toEqual(world.all.map((model) => expect.objectContaining(model.expected())))
        const inVaults = reports.reduce((sum, { balance }) => sum + balance, 0n)
        expect((await held()) + inVaults).toBe(before)
      }
    },
  )
  await fc.assert(run, { numRuns: 1, endOnFailure: true })
})
