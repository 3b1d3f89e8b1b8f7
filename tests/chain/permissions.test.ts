import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SealedTransaction, Signer } from '#services/clients/flow/index.ts'
import {
  appoint,
  type Billing,
  fixRate,
  flowOf,
  openBilling,
  openVault,
  refusalOf,
  reportOf,
  submit,
  submitOne,
} from '#tests/support/billing.ts'
import { approve, claimSeat, openApprovedVault, setApprovers } from '#tests/support/approved-vault.ts'
import { attempt, party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence } from '#tests/support/test-cadence.ts'

let billing: Billing
let stranger: Signer
/** A vault of the customer's from which 5.0625 FLOW accrued; its provider holds the capability. */
let vaultId: bigint
/** A vault with approvers. */
let approved: bigint

beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
  stranger = await party('Stranger')
  vaultId = await openVault(billing, '20.00000000')
  approved = (await openApprovedVault(billing)).id
  await submitOne(billing, { vaultId, sequence: 1n, usage: { 'gpt-4': 200_000n } })
  await billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, billing.provider)
  await submitOne(billing, { vaultId, sequence: 2n, usage: { 'gpt-4': 250_000n } })
})
afterAll(() => stopEmulator())

const everyone = () => ({ ...billing, stranger })
/** Every setting of an owner's, tried by somebody. */
const settings = (signer: Signer) => {
  const { chain } = billing
  return [
    () => chain.send('owner/set_cap', { vaultId, capUsd: '0.00000000' }, signer),
    () => chain.send('owner/set_expiry', { vaultId, expiresAt: null }, signer),
    () => chain.send('owner/pause', { vaultId }, signer),
    () => chain.send('owner/resume', { vaultId }, signer),
    () => chain.send('owner/set_reminder', { vaultId, below: null }, signer),
  ]
}
type Who = 'customer' | 'provider' | 'oracle' | 'admin' | 'stranger'

describe("what is the owner's", () => {
  test.each<Who>(['provider', 'oracle', 'admin', 'stranger'])('is refused to the %s', async (who) => {
    const { chain } = billing
    const signer = everyone()[who]
    const owned = /The account does not own it. Sign with the owner's account/
    const automatic = chain.send('owner/set_automatic_payment', { vaultId, enabled: true }, signer)
    expect(await refusalOf(automatic)).toMatch(owned)
    expect(await refusalOf(chain.send('owner/request_return', { vaultId, amount: null }, signer))).toMatch(owned)
    expect(await refusalOf(chain.send('owner/cancel_return', { vaultId }, signer))).toMatch(owned)
    expect(await refusalOf(chain.send('owner/take_back', { vaultId }, signer))).toMatch(owned)
    for (const set of settings(signer)) expect(await refusalOf(set())).toMatch(owned)
    const named = { approvers: [signer.address], required: 1n, threshold: null }
    expect(await refusalOf(chain.send('owner/set_approvers', { vaultId, ...named }, signer))).toMatch(owned)
    expect(await refusalOf(chain.send('owner/transfer', { vaultId, to: signer.address }, signer))).toMatch(owned)
    expect(await refusalOf(chain.send('owner/claim_vault', { vaultId }, signer))).toMatch(
      /Nothing waits for this account/,
    )
  })
})

describe("what is the provider's", () => {
  test.each<Who>(['customer', 'oracle', 'admin', 'stranger'])('is refused to the %s', async (who) => {
    const withdraw = billing.chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, everyone()[who])
    expect(await refusalOf(withdraw)).toMatch(/The account is not its provider/)
    const request = billing.chain.send('provider/request_payment', { vaultId, amount: '1.00000000' }, everyone()[who])
    expect(await refusalOf(request)).toMatch(/The account is not its provider/)
    const renew = billing.chain.send('provider/renew_capability', { vaultIds: [vaultId] }, everyone()[who])
    expect(await refusalOf(renew)).toMatch(/The account is not its provider/)
    const credit = { vaultId, usd: '1.00000000', reason: 'mine' }
    expect(await refusalOf(billing.chain.send('provider/grant_credit', credit, everyone()[who]))).toMatch(
      /The account is not its provider/,
    )
  })

  test('may be taken in parts', async () => {
    const before = await flowOf(billing, billing.provider)
    const args = [String(vaultId), '0.00000001']
    expect(await attempt(billing, readTestCadence('withdraw_amount'), args, billing.provider)).toBeNull()
    expect((await flowOf(billing, billing.provider)) - before).toBe(1n)
  })
})

describe("what is the approver's", () => {
  test.each<Who>(['customer', 'provider', 'oracle', 'admin', 'stranger'])('is refused to the %s', async (who) => {
    const { chain } = billing
    const signer = everyone()[who]
    const approve = chain.send('approver/approve', { vaultId: approved, proposalId: 1n }, signer)
    expect(await refusalOf(approve)).toMatch(/Cannot approve! The account has no seat at vault \d+/)
    const claim = chain.send('approver/claim_seat', { vaultId: approved }, signer)
    expect(await refusalOf(claim)).toMatch(/Nothing waits for this account. Ask the vault's owner to name it/)
  })

  test("is refused to another vault's approver", async () => {
    const other = await openVault(billing)
    const dan = await party('Dan')
    await setApprovers(billing, other, [dan], 1n)
    await claimSeat(billing, other, dan)
    expect(await refusalOf(approve(billing, approved, 1n, dan))).toMatch(/The account has no seat at vault \d+/)
  })
})

describe("what is the oracle's", () => {
  test.each<Who>(['customer', 'provider', 'admin', 'stranger'])('is refused to the %s', async (who) => {
    const signer = everyone()[who]
    const reading = { vaultId, sequence: 9n, usage: { 'gpt-4': 900_000n } }
    const send = async () => (await submit(billing, [reading], signer)).events
    await expect(send()).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/The account is no oracle/) },
    })
    const claim = billing.chain.send('oracle/claim_oracle', {}, signer)
    expect(await refusalOf(claim)).toMatch(/Nothing waits for this account. Ask the admin to appoint it/)
  })

  test('ends at once when the oracle is removed, and comes back with a new appointment', async () => {
    const { chain, admin } = billing
    const second = await party('Second oracle')
    const { address } = second
    const reading = { vaultId, sequence: 3n, usage: { 'gpt-4': 250_000n } }
    await appoint(billing, second)
    expect((await submit(billing, [reading], second)).settled).toHaveLength(1)
    await chain.send('admin/remove_oracle', { address }, admin)
    await expect(submit(billing, [{ ...reading, sequence: 4n }], second)).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/The oracle was removed/) },
    })
    expect((await chain.script('get_roles', { address })).oracle).toBe(false)
    await appoint(billing, second)
    expect((await submit(billing, [{ ...reading, sequence: 4n }], second)).settled).toHaveLength(1)
  })

  test('can not be claimed any more after an appointment that was taken back', async () => {
    const third = await party('Third oracle')
    const { address, publicKey } = third
    await billing.chain.send('admin/appoint_oracle', { address, publicKey }, billing.admin)
    await billing.chain.send('admin/remove_oracle', { address: third.address }, billing.admin)
    expect(await refusalOf(billing.chain.send('oracle/claim_oracle', {}, third))).toMatch(/Nothing waits/)
  })

  test('is claimed once: claiming again changes nothing', async () => {
    await billing.chain.send('oracle/claim_oracle', {}, billing.oracle)
    const reading = { vaultId, sequence: 5n, usage: { 'gpt-4': 250_000n } }
    expect(await submitOne(billing, reading)).toMatchObject({ sequence: 5n })
  })
})

describe("what is the admin's", () => {
  test.each<Who>(['customer', 'provider', 'oracle', 'stranger'])('is refused to the %s', async (who) => {
    const { chain } = billing
    const signer = everyone()[who]
    const { address } = stranger
    const notAdmin = /The account is not the admin's. Sign with the admin's account/
    const { publicKey } = stranger
    expect(await refusalOf(chain.send('admin/appoint_oracle', { address, publicKey }, signer))).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/register_handler', {}, signer))).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/remove_oracle', { address }, signer))).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/register_provider', { address }, signer))).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/remove_provider', { address }, signer))).toMatch(notAdmin)
    const rate = chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, signer)
    expect(await refusalOf(rate)).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/name_rate_source', { source: 'mine' }, signer))).toMatch(notAdmin)
    expect(await refusalOf(chain.send('admin/remove_rate_source', {}, signer))).toMatch(notAdmin)
    const schedule = { effectiveFrom: 203_501, mode: 'volume', tierNames: ['A'], tierUpTo: [null] }
    const prices = { tierUsdPer1K: ['0.00000001'], tierDiscountBps: [0n], multiplierParts: [[]], multiplierBps: [1n] }
    expect(await refusalOf(chain.send('admin/publish_schedule', { ...schedule, ...prices }, signer))).toMatch(notAdmin)
  })

  test('is refused where it would do nothing', async () => {
    const { chain, admin, oracle, provider } = billing
    const refusal = async (name: Parameters<typeof chain.send>[0], address: string) =>
      refusalOf(chain.send(name as 'admin/remove_oracle', { address }, admin))
    const again = { address: oracle.address, publicKey: oracle.publicKey }
    expect(await refusalOf(chain.send('admin/appoint_oracle', again, admin))).toMatch(/It is an oracle already/)
    expect(await refusalOf(chain.send('admin/register_handler', {}, admin))).toMatch(/litellm-usage is taken/)
    expect(await refusal('admin/remove_oracle', stranger.address)).toMatch(/It is not an oracle/)
    expect(await refusal('admin/register_provider', provider.address)).toMatch(/It is registered already/)
    expect(await refusal('admin/remove_provider', stranger.address)).toMatch(/It is not registered/)
    await chain.send('admin/remove_rate_source', {}, admin)
    expect(await refusalOf(chain.send('admin/remove_rate_source', {}, admin))).toMatch(/None is named/)
    await fixRate(billing)
  })

  test('leaves an event of every act', async () => {
    const { chain, admin } = billing
    const { address, publicKey } = await party('Short-lived')
    const seconds = expect.stringMatching(/^\d+$/)
    const eventOf = async (sent: Promise<SealedTransaction>) => {
      const { events } = await sent
      return events.map(({ type, data }) => [type.split('.').slice(2).join('.'), data])
    }
    expect(await eventOf(chain.send('admin/appoint_oracle', { address, publicKey }, admin))).toContainEqual([
      'MeterOracles.OracleAppointed',
      { oracle: address, publicKey, activeFrom: seconds },
    ])
    expect(await eventOf(chain.send('admin/remove_oracle', { address }, admin))).toContainEqual([
      'MeterOracles.OracleRemoved',
      { oracle: address },
    ])
    expect(await eventOf(chain.send('admin/register_provider', { address }, admin))).toContainEqual([
      'BillingTerms.ProviderRegistered',
      { provider: address, activeFrom: seconds },
    ])
    expect(await eventOf(chain.send('admin/remove_provider', { address }, admin))).toContainEqual([
      'BillingTerms.ProviderRemoved',
      { provider: address },
    ])
    const rate = { usdPerFlow: '1.00000000', source: 'fixed' }
    const { source } = rate
    expect(await eventOf(chain.send('admin/remove_rate_source', {}, admin))).toContainEqual([
      'BillingTerms.RateSourceRemoved',
      {},
    ])
    expect(await eventOf(chain.send('admin/name_rate_source', { source }, admin))).toContainEqual([
      'BillingTerms.RateSourceNamed',
      { source, activeFrom: seconds },
    ])
    expect(await eventOf(chain.send('admin/set_rate', rate, admin))).toContainEqual([
      'BillingTerms.RateSet',
      { ...rate, at: seconds },
    ])
  })

  test('shows in the roles of an account', async () => {
    const { chain, admin, oracle, provider, customer } = billing
    const roles = (address: string) => chain.script('get_roles', { address })
    expect(await roles(admin.address)).toEqual({ admin: true, oracle: false, provider: false })
    expect(await roles(oracle.address)).toEqual({ admin: false, oracle: true, provider: false })
    expect(await roles(provider.address)).toEqual({ admin: false, oracle: false, provider: true })
    expect(await roles(customer.address)).toEqual({ admin: false, oracle: false, provider: false })
  })

  test('removes a provider: it is listed no longer, and what was used is still settled and paid', async () => {
    const { chain, admin } = billing
    const leaving = await party('Leaving provider')
    await chain.send('admin/register_provider', { address: leaving.address }, admin)
    const id = await openVault(billing, '5.00000000', { provider: leaving.address })
    expect(await chain.script('get_providers', {})).toContain(leaving.address)
    await chain.send('admin/remove_provider', { address: leaving.address }, admin)
    expect(await chain.script('get_providers', {})).not.toContain(leaving.address)
    expect(await submitOne(billing, { vaultId: id, sequence: 1n, usage: { other: 1_000n } })).toMatchObject({ id })
    await chain.send('provider/withdraw_accrued', { vaultIds: [id] }, leaving)
    expect((await reportOf(billing, id)).paid).toBe(2_000_000n)
  })
})
