import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Billing,
  flowOf,
  openBilling,
  openVault,
  refusalOf,
  reportOf,
  submit,
  submitOne,
} from '#tests/support/billing.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

describe('opening', () => {
  test('the deposit leaves the customer and is the balance of the vault', async () => {
    const before = await flowOf(billing, billing.customer)
    const id = await openVault(billing, '12.50000000')
    expect(before - (await flowOf(billing, billing.customer))).toBe(1_250_000_000n)
    expect(await reportOf(billing, id)).toMatchObject({
      owner: billing.customer.address,
      provider: billing.provider.address,
      providerRegistered: true,
      serviceName: 'LLM API',
      status: 'active',
      balance: 1_250_000_000n,
      deposits: 1_250_000_000n,
      accrued: 0n,
      lastSequence: 0n,
      period: null,
      automaticPayment: false,
    })
  })

  test('an owner has several vaults, which are listed for owner and provider', async () => {
    const customer = await party('Several')
    const ids = [
      await openVault(billing, '1.00000000', { customer }),
      await openVault(billing, '2.00000000', { customer }),
    ]
    const { chain, provider } = billing
    expect((await chain.script('get_vault_ids_by_owner', { owner: customer.address })).toSorted()).toEqual(ids)
    const ofProvider = await chain.script('get_vault_ids_by_provider', { provider: provider.address })
    expect(ofProvider).toEqual(expect.arrayContaining(ids))
    const { reports } = await chain.script('get_vaults', { ids: [...ids, 4_040n] })
    expect(reports.map(({ id }) => id)).toEqual(ids)
  })

  test('a vault may name a provider that nobody registered, and says so', async () => {
    const stranger = await party('Stranger')
    const id = await openVault(billing, '1.00000000', { provider: stranger.address })
    expect((await reportOf(billing, id)).providerRegistered).toBe(false)
  })

  test.each([
    ['a deposit below the minimum', { deposit: '0.99999999' }, /deposit of 0.99999999 FLOW is below the minimum/],
    ['more than the customer has', { deposit: '5000.00000000' }, /Cannot open a vault! The account holds \d+/],
    ['an empty service name', { serviceName: '' }, /service name is empty or longer than 128 bytes/],
    ['a service name of 129 bytes', { serviceName: 'x'.repeat(129) }, /service name is empty or longer than 128 bytes/],
    [
      'a service name of 100 kB',
      { serviceName: 'x'.repeat(100_000) },
      /service name is empty or longer than 128 bytes/,
    ],
  ])('%s is refused', async (_, change, reason) => {
    const args = { provider: billing.provider.address, serviceName: 'LLM API', deposit: '5.00000000', ...change }
    expect(await refusalOf(billing.chain.send('owner/create_subscription', args, billing.customer))).toMatch(reason)
  })
})

describe('deposits', () => {
  test('anyone may deposit into a vault', async () => {
    const id = await openVault(billing, '1.00000000')
    await billing.chain.send('owner/deposit', { vaultId: id, amount: '0.00000001' }, await party('Friend'))
    expect(await reportOf(billing, id)).toMatchObject({ balance: 100_000_001n, deposits: 100_000_001n })
  })

  test.each([
    ['into a vault that does not exist', { vaultId: 4_040n, amount: '1.00000000' }, /There is no vault 4040/],
    ['of nothing', { vaultId: 1n, amount: '0.00000000' }, /Cannot deposit 0 FLOW/],
    ['of more than the payer has', { vaultId: 1n, amount: '184467440737.09551615' }, /The account holds \d+/],
  ])('a deposit %s is refused', async (_, args, reason) => {
    expect(await refusalOf(billing.chain.send('owner/deposit', args, billing.customer))).toMatch(reason)
  })
})

describe('the provider', () => {
  test('takes all that accrued, from several vaults at once', async () => {
    const ids = [await openVault(billing), await openVault(billing), await openVault(billing)]
    await submit(billing, [
      { vaultId: ids[0] ?? 0n, sequence: 1n, usage: { 'gpt-4': 250_000n } },
      { vaultId: ids[1] ?? 0n, sequence: 1n, usage: { 'mistral-large': 1n } },
    ])
    const before = await flowOf(billing, billing.provider)
    await billing.chain.send('provider/withdraw_accrued', { vaultIds: ids }, billing.provider)
    expect((await flowOf(billing, billing.provider)) - before).toBe(506_250_000n + 2_000n)
    const after = await Promise.all(ids.map((id) => reportOf(billing, id)))
    expect(after.map(({ paid, accrued }) => [paid, accrued])).toEqual([
      [506_250_000n, 0n],
      [2_000n, 0n],
      [0n, 0n],
    ])
  })
})

test('the provider can not take nothing', async () => {
  const id = await openVault(billing)
  const args = [String(id), '0.0']
  expect(await attempt(billing, readTestCadence('withdraw_amount'), args, billing.provider)).toMatch(
    /Cannot withdraw 0 FLOW! Wait until something accrued/,
  )
})

describe('automatic payment', () => {
  test('pays the provider at settlement', async () => {
    const id = await openVault(billing)
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, billing.customer)
    const before = await flowOf(billing, billing.provider)
    await submit(billing, [{ vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } }])
    expect((await flowOf(billing, billing.provider)) - before).toBe(506_250_000n)
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 0n, paid: 506_250_000n, automaticPayment: true })
  })

  test('pays what accrued before when it is switched on, and accrues again when it is switched off', async () => {
    const id = await openVault(billing)
    await submit(billing, [{ vaultId: id, sequence: 1n, usage: { 'mistral-large': 100n } }])
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, billing.customer)
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 0n, paid: 200_000n })
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: false }, billing.customer)
    await submitOne(billing, { vaultId: id, sequence: 2n, usage: { 'mistral-large': 200n } })
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 200_000n, paid: 200_000n })
  })

  test('accrues when the provider has nowhere to receive FLOW', async () => {
    const id = await openVault(billing, '10.00000000', { provider: '0x00000000000000ff' })
    await billing.chain.send('owner/set_automatic_payment', { vaultId: id, enabled: true }, billing.customer)
    const settled = await submitOne(billing, { vaultId: id, sequence: 1n, usage: { 'gpt-4': 250_000n } })
    expect(settled).toMatchObject({ flowDue: 506_250_000n })
    expect(await reportOf(billing, id)).toMatchObject({ accrued: 506_250_000n, paid: 0n })
  })
})

test('the FLOW of vaults is no part of the balance of the account that holds them', async () => {
  const before = await flowOf(billing, billing.admin)
  const id = await openVault(billing, '100.00000000')
  expect(await flowOf(billing, billing.admin)).toBe(before)
  expect((await reportOf(billing, id)).balance).toBe(10_000_000_000n)
})
