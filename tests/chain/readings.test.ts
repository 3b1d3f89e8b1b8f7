import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { signedReadings } from '#lib/settlement/reading-message.ts'
import {
  type Billing,
  domainOf,
  openBilling,
  openVault,
  PERIOD,
  type Reading,
  reportOf,
  ROOT,
  submit,
  submitOne,
} from '#tests/support/billing.ts'
import { attempt, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

test("the source document's example: 250,000 tokens of gpt-4 cost 5.06250000, and accrue", async () => {
  const id = await openVault(billing)
  const { settled, events } = await submit(billing, [{ vaultId: id, sequence: 7n, usage: { 'gpt-4': 250_000n } }])
  expect(settled).toEqual([
    {
      id,
      period: PERIOD,
      sequence: 7n,
      models: ['gpt-4'],
      tokens: [250_000n],
      totalTokens: 250_000n,
      root: ROOT,
      eventCount: 1n,
      scheduleVersion: 1n,
      priceUsd: 506_250_000n,
      dueUsd: 506_250_000n,
      chargedUsdAfter: 506_250_000n,
      creditUsdAfter: 0n,
      usdPerFlow: 100_000_000n,
      flowDue: 506_250_000n,
      accruedAfter: 506_250_000n,
      uncoveredAfter: 0n,
      balanceAfter: 1_000_000_000n,
      oracle: billing.oracle.address,
      evidence: 'oracle_signature',
    },
  ])
  const tiers = subscriptionEventsNamed('TierChanged', events)
  expect(tiers).toEqual([{ id, period: PERIOD, from: null, to: 'Growth' }])
  expect(await reportOf(billing, id)).toMatchObject({
    accrued: 506_250_000n,
    chargedUsd: 506_250_000n,
    period: PERIOD,
    lastSequence: 7n,
    tier: 'Growth',
    tokens: { 'gpt-4': 250_000n },
  })
})

test('readings are cumulative: each charges only what is new', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 200_000n } })
  const second = await submitOne(billing, { vaultId: id, sequence: 5n, usage: { 'gpt-4': 250_000n, llama: 0n } })
  expect(second).toMatchObject({ priceUsd: 506_250_000n, dueUsd: 101_250_000n, flowDue: 101_250_000n })
})

test('a model that turns up later in the period is priced with the others', async () => {
  const id = await openVault(billing)
  await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 50_000n } })
  const mixed = await submitOne(billing, {
    vaultId: id,
    sequence: 2n,
    usage: { 'llama-3': 10_000n, 'gpt-4': 50_000n, other: 5_000n },
  })
  expect(mixed).toMatchObject({ totalTokens: 65_000n, priceUsd: 172_000_000n })
})

test('a reading of nothing settles and costs nothing', async () => {
  const id = await openVault(billing)
  const settled = await submitOne(billing, { vaultId: id, sequence: 1n, usage: {}, eventCount: 0n })
  expect(settled).toMatchObject({ totalTokens: 0n, priceUsd: 0n, flowDue: 0n })
})

describe('a sequence number', () => {
  const usage = { 'gpt-4': 250_000n, llama: 10n }

  test('with the same content does nothing, however often it is sent', async () => {
    const id = await openVault(billing)
    const reading = { vaultId: id, sequence: 3n, usage }
    await submitOne(billing, reading)
    const once = await reportOf(billing, id)
    expect(await submitOne(billing, reading)).toBe('duplicate')
    expect(await submitOne(billing, reading)).toBe('duplicate')
    const turned = { llama: 10n, 'gpt-4': 250_000n }
    expect(await submitOne(billing, { ...reading, usage: turned })).toBe('duplicate')
    expect(await reportOf(billing, id)).toEqual(once)
  })

  test.each<[string, Partial<Reading>]>([
    ['more tokens', { usage: { 'gpt-4': 250_001n, llama: 10n } }],
    ['another model', { usage: { 'gpt-4': 250_000n, llama: 10n, other: 1n } }],
    ['a model less', { usage: { 'gpt-4': 250_000n } }],
    ['another root', { root: 'cd'.repeat(32) }],
    ['another number of events', { eventCount: 2n }],
    ['another period', { period: PERIOD - 1 }],
    ['a malformed root', { root: 'no root' }],
  ])('can not be used again with %s', async (_, change) => {
    const id = await openVault(billing)
    await submitOne(billing, { vaultId: id, sequence: 3n, usage })
    const once = await reportOf(billing, id)
    expect(await submitOne(billing, { vaultId: id, sequence: 3n, usage, ...change })).toBe('sequence_reused')
    expect(await reportOf(billing, id)).toEqual(once)
  })

  test('can not fall, and can not be 0', async () => {
    const id = await openVault(billing)
    expect(await submitOne(billing, { vaultId: id, sequence: 0n, usage })).toBe('sequence_too_low')
    await submitOne(billing, { vaultId: id, sequence: 3n, usage })
    expect(await submitOne(billing, { vaultId: id, sequence: 2n, usage })).toBe('sequence_too_low')
    expect((await reportOf(billing, id)).lastSequence).toBe(3n)
  })

  test('rises by 2^32 at most, so that no reading ends those to come', async () => {
    const id = await openVault(billing)
    const most = 2n ** 32n
    for (const sequence of [2n ** 64n - 1n, most + 1n]) {
      expect(await submitOne(billing, { vaultId: id, sequence, usage })).toBe('sequence_too_high')
    }
    expect((await reportOf(billing, id)).lastSequence).toBe(0n)
    expect(await submitOne(billing, { vaultId: id, sequence: most, usage })).toMatchObject({ sequence: most })
    expect(await submitOne(billing, { vaultId: id, sequence: 2n * most + 1n, usage })).toBe('sequence_too_high')
    expect(await submitOne(billing, { vaultId: id, sequence: 2n * most, usage })).toMatchObject({ id })
  })

  test('counts for its own vault only', async () => {
    const [first, second] = [await openVault(billing), await openVault(billing)]
    await submitOne(billing, { vaultId: first, sequence: 9n, usage })
    expect(await submitOne(billing, { vaultId: second, sequence: 1n, usage })).toMatchObject({ id: second })
  })
})

describe('a count', () => {
  test.each<[string, Partial<Reading>]>([
    ['tokens of a model', { usage: { 'gpt-4': 999n, llama: 2_000n } }],
    ['a model that is no longer named', { usage: { llama: 9_000n } }],
    ['the number of events', { usage: { 'gpt-4': 1_000n, llama: 10n }, eventCount: 4n }],
  ])('can not fall: %s', async (_, change) => {
    const id = await openVault(billing)
    const reading = { vaultId: id, usage: { 'gpt-4': 1_000n, llama: 10n }, eventCount: 5n }
    await submitOne(billing, { ...reading, sequence: 1n })
    const once = await reportOf(billing, id)
    expect(await submitOne(billing, { ...reading, sequence: 2n, ...change })).toBe('count_fell')
    expect(await reportOf(billing, id)).toEqual(once)
  })
})

describe('a malformed reading is skipped with its reason', () => {
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`model-${i}`, 1n]))

  test.each<[string, Partial<Reading>]>([
    ['unknown_vault', { vaultId: 4_040n }],
    ['period_invalid', { period: 203_013 }],
    ['period_invalid', { period: 0 }],
    ['too_many_models', { usage: many }],
    ['root_invalid', { root: '' }],
    ['root_invalid', { root: 'AB'.repeat(32) }],
    ['model_name_invalid', { usage: { '': 1n } }],
    ['model_name_invalid', { usage: { 'GPT-4': 1n } }],
    ['model_name_invalid', { usage: { 'gpt 4': 1n } }],
    ['model_name_invalid', { usage: { 'gpt-4é': 1n } }],
    ['model_name_invalid', { usage: { ['x'.repeat(129)]: 1n } }],
    ['model_name_invalid', { usage: { 'gpt,4': 1n } }],
    ['model_name_invalid', { usage: { 'gpt;4': 1n } }],
    ['model_name_invalid', { usage: { 'gpt{4': 1n } }],
    [
      'out_of_range',
      {
        usage: Object.fromEntries(
          Object.keys(many)
            .slice(1)
            .map((name) => [name, 2n ** 64n - 1n]),
        ),
      },
    ],
  ])('%s', async (reason, change) => {
    const id = await openVault(billing)
    expect(await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 1n }, ...change })).toBe(reason)
    expect(await reportOf(billing, id)).toMatchObject({ lastSequence: 0n, accrued: 0n, chargedUsd: 0n })
  })

  test('model_repeated, models_invalid', async () => {
    const id = await openVault(billing)
    const rest = { vaultId: id, period: PERIOD, eventCount: 1n, root: ROOT }
    const readings = [
      { ...rest, sequence: 1n, models: ['gpt-4', 'gpt-4'], tokens: [1n, 2n] },
      { ...rest, sequence: 2n, models: ['gpt-4'], tokens: [] },
    ]
    const args = signedReadings(await domainOf(billing), readings, billing.oracle.sign)
    const { events } = await billing.chain.send('oracle/submit_readings', args, billing.oracle)
    const reasons = subscriptionEventsNamed('ReadingSkipped', events).map(({ reason }) => reason)
    expect(reasons).toEqual(['model_repeated', 'models_invalid'])
  })

  test('every sign that a model name may have is taken', async () => {
    const id = await openVault(billing)
    const settled = await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'a-z09._:/@x': 1n } })
    expect(settled).toMatchObject({ models: ['a-z09._:/@x'] })
  })
})

test('a batch with a reading too many for its signatures is refused as a whole', async () => {
  const id = await openVault(billing)
  const args = [String(id), String(PERIOD)]
  expect(await attempt(billing, readTestCadence('submit_unsigned'), args, billing.oracle)).toMatch(
    /Cannot submit readings! There are 1 readings and 0 signatures. Sign each/,
  )
})

test('one bad reading of 300 is skipped with an event, and the other 299 settle', async () => {
  const id = await openVault(billing)
  const good = Array.from({ length: 300 }, (_, i) => ({
    vaultId: id,
    sequence: BigInt(i + 1),
    usage: { 'gpt-4': BigInt(i), 'claude-3-opus': 1n, llama: 2n, other: 3n },
  }))
  const readings = good.map((reading, i) => (i === 150 ? { ...reading, vaultId: 4_040n } : reading))
  const { settled, skipped } = await submit(billing, readings)
  expect(skipped).toEqual([{ id: 4_040n, period: BigInt(PERIOD), sequence: 151n, reason: 'unknown_vault' }])
  expect(settled).toHaveLength(299)
  expect((await reportOf(billing, id)).lastSequence).toBe(300n)
})
