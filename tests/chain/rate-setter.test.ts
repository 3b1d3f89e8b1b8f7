import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signer } from '#services/clients/flow/index.ts'
import { type Billing, fixRate, openBilling, OPENING, openVault, refusalOf, submitOne } from '#tests/support/billing.ts'
import { attempt, party, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { readTestCadence, readTransaction } from '#tests/support/test-cadence.ts'

let billing: Billing
beforeAll(async () => {
  await startEmulator()
  billing = await openBilling()
})
afterAll(() => stopEmulator())

const issue = ({ address }: Signer) => billing.chain.send('admin/issue_rate_setter', { address }, billing.admin)
const revoke = ({ address }: Signer) => billing.chain.send('admin/revoke_rate_setter', { address }, billing.admin)
const claim = (setter: Signer) => billing.chain.send('rate/claim_rate_setter', {}, setter)
const setRate = (signer: Signer, usdPerFlow = '1.00000000', source = 'fixed') =>
  billing.chain.send('rate/set_rate', { usdPerFlow, source }, signer)
const rateNow = async () => (await billing.chain.script('get_settings', {})).rate?.usdPerFlow

/** An account of this name that may set the rate. */
async function setterNamed(name: string): Promise<Signer> {
  const setter = await party(name)
  await issue(setter)
  await claim(setter)
  return setter
}

describe("what is the rate setter's", () => {
  test.each(['customer', 'provider', 'oracle', 'admin', 'stranger'] as const)('is refused to the %s', async (who) => {
    await setterNamed(`Setter beside the ${who}`)
    const signer = who === 'stranger' ? await party('Stranger') : billing[who]
    expect(await refusalOf(setRate(signer, '1.50000000'))).toMatch(/Cannot set the rate! The account may not/)
    expect(await refusalOf(claim(signer))).toMatch(/Nothing waits for this account. Ask the admin to issue it/)
    expect(await rateNow()).toBe(100_000_000n)
  })

  test('sets the rate until the admin revokes the right, and can be given again', async () => {
    const setter = await setterNamed('Setter')
    await setRate(setter, '1.20000000')
    expect(await rateNow()).toBe(120_000_000n)
    await revoke(setter)
    expect(await refusalOf(setRate(setter))).toMatch(/The right was revoked. Ask the admin to issue it again/)
    expect(await rateNow()).toBe(120_000_000n)
    await issue(setter)
    await claim(setter)
    await setRate(setter)
    expect(await rateNow()).toBe(100_000_000n)
  })

  test('keeps readings going where the rate ages, without the admin', async () => {
    const { chain, admin } = billing
    const setter = await setterNamed('Feed')
    const vaultId = await openVault(billing)
    await chain.send('admin/name_rate_source', { source: 'feed' }, admin)
    await setRate(setter, '1.00000000', 'feed')
    await setClock(new Date(OPENING.getTime() + 4_000_000))
    const reading = { vaultId, sequence: 1n, usage: { other: 1_000n } }
    expect(await submitOne(billing, reading)).toBe('rate_stale')
    await setRate(setter, '1.00000000', 'feed')
    expect(await submitOne(billing, reading)).toMatchObject({ id: vaultId })
    await fixRate(billing)
  })

  test('reaches no further than that of the admin: not to another source, nor beyond the jump', async () => {
    const setter = await setterNamed('Bold setter')
    expect(await refusalOf(setRate(setter, '1.00000000', 'mine'))).toMatch(/It is taken from fixed now, not from mine/)
    expect(await refusalOf(setRate(setter, '9.00000000'))).toMatch(/It moves by more than a factor of 2.00000000/)
    const naming = readTransaction('rate/set_rate').replace(/setRate\(.*\)/, 'nameRateSource(source)')
    expect(await attempt(billing, naming, ['1.0', 'mine'], setter)).toMatch(/requires `NameRateSource` authorization/)
  })

  test('dies with its copies when it is revoked', async () => {
    const [setter, thief] = [await setterNamed('Careless setter'), await party('Thief')]
    expect(await attempt(billing, readTestCadence('give_rate_away'), [thief.address], setter)).toBeNull()
    expect(await attempt(billing, readTestCadence('take_rate'), [setter.address], thief)).toBeNull()
    await setRate(thief)
    await revoke(setter)
    expect(await refusalOf(setRate(thief))).toMatch(/The right was revoked/)
  })

  test('of one account stays when that of another is revoked', async () => {
    const [first, second] = [await setterNamed('First setter'), await setterNamed('Second setter')]
    await revoke(first)
    await setRate(second)
    expect(await rateNow()).toBe(100_000_000n)
  })

  test('can not be claimed any more when it was revoked before', async () => {
    const setter = await party('Late setter')
    await issue(setter)
    await revoke(setter)
    expect(await refusalOf(claim(setter))).toMatch(/Nothing waits for this account/)
  })

  test('is claimed once: claiming again changes nothing', async () => {
    const setter = await setterNamed('Eager setter')
    await claim(setter)
    await setRate(setter)
    expect(await rateNow()).toBe(100_000_000n)
  })
})

describe('letting an account set the rate', () => {
  test.each(['customer', 'provider', 'oracle', 'stranger'] as const)("is the admin's, not the %s's", async (who) => {
    const signer = who === 'stranger' ? await party('Stranger') : billing[who]
    const { address } = await setterNamed(`Setter that the ${who} wants`)
    const own = { address: signer.address }
    const notAdmin = /The account is not the admin's. Sign with the admin's account/
    expect(await refusalOf(billing.chain.send('admin/issue_rate_setter', own, signer))).toMatch(notAdmin)
    expect(await refusalOf(billing.chain.send('admin/revoke_rate_setter', { address }, signer))).toMatch(notAdmin)
  })

  test('is refused where it would do nothing', async () => {
    const setter = await setterNamed('Known setter')
    expect(await refusalOf(issue(setter))).toMatch(/0x[0-9a-f]+ has it already. Nothing has to be done/)
    expect(await refusalOf(revoke(await party('Stranger')))).toMatch(/0x[0-9a-f]+ does not have it. Check the address/)
  })
})
