import { expect } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { type SubscriptionEvent, subscriptionEventsNamed } from '#lib/flow/events.ts'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { SealedTransaction, Signer } from '#services/clients/flow/index.ts'
import { readingDomain, type SignableReading, signedReadings } from '#lib/settlement/reading-message.ts'
import { deploy, type Deployed, type DeployOptions, party, setClock } from './contract-chain.ts'

/** Deployed contracts with every party of the business. The rate is 1.00000000 USD per FLOW, and fixed. */
export interface Billing extends Deployed {
  readonly oracle: Signer
  readonly provider: Signer
  readonly customer: Signer
  /** Where signatures over readings hold; the contracts' own unless a test gives another. */
  readonly domain?: string
}

/** When the tests' business opens: the middle of a month, far from any change of period. */
export const OPENING = new Date('2030-06-15T12:00:00Z')
export const PERIOD: Period = periodOf(OPENING)
export const ROOT = 'ab'.repeat(32)

/** Deploys the contracts and sets up an oracle, a registered provider and the rate. */
export async function openBilling(options: DeployOptions & { admin?: string } = {}): Promise<Billing> {
  await setClock(OPENING)
  const deployed = await deploy(options.admin ?? 'Admin', options)
  const { chain, admin } = deployed
  const [oracle, provider, customer] = [await party('Oracle'), await party('Provider'), await party('Customer')]
  await fixRate(deployed)
  await chain.send('admin/register_provider', { address: provider.address }, admin)
  await chain.send('admin/register_handler', {}, admin)
  await appoint(deployed, oracle)
  return { ...deployed, oracle, provider, customer }
}

/** Sets the rate of 1.00000000, which doesn't age. */
export async function fixRate({ chain, admin }: Deployed): Promise<void> {
  await chain.send('admin/name_rate_source', { source: 'fixed' }, admin)
  await chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source: 'fixed' }, admin)
}

/** Appoints an oracle with its own key, and lets it claim its capability. */
export async function appoint({ chain, admin }: Deployed, oracle: Signer): Promise<void> {
  const { address, publicKey } = oracle
  await chain.send('admin/appoint_oracle', { address, publicKey }, admin)
  await chain.send('oracle/claim_oracle', {}, oracle)
}

/** Opens a vault of the customer's for the provider, and returns its number. */
export async function openVault(
  { chain, customer, provider }: Billing,
  deposit = '10.00000000',
  parties: { customer?: Signer; provider?: string } = {},
): Promise<bigint> {
  const args = { provider: parties.provider ?? provider.address, serviceName: 'LLM API', deposit }
  const { events } = await chain.send('owner/create_subscription', args, parties.customer ?? customer)
  const opened = subscriptionEventsNamed('VaultOpened', events)[0]
  if (!opened) throw new Error('The transaction opened no vault.')
  return opened.id
}

export interface Reading {
  vaultId: bigint
  sequence: bigint
  usage: Readonly<Record<string, bigint>>
  period?: number
  root?: string
  eventCount?: bigint
}

export interface Submitted {
  readonly settled: ReadonlyArray<SubscriptionEvent<'ReadingSettled'>>
  readonly skipped: ReadonlyArray<SubscriptionEvent<'ReadingSkipped'>>
  readonly events: SealedTransaction['events']
}

/** Hands readings in, as the oracle unless another signer is given; signed by the same, or by another key. */
export async function submit(
  billing: Billing,
  readings: readonly Reading[],
  signer = billing.oracle,
  key = signer,
): Promise<Submitted> {
  const args = await toArguments(billing, readings, key)
  const { events } = await billing.chain.send('oracle/submit_readings', args, signer)
  return {
    settled: subscriptionEventsNamed('ReadingSettled', events),
    skipped: subscriptionEventsNamed('ReadingSkipped', events),
    events,
  }
}

/** Hands one reading in, and returns how it was settled or the reason for which it was not. */
export async function submitOne(
  billing: Billing,
  reading: Reading,
): Promise<SubscriptionEvent<'ReadingSettled'> | string> {
  const { settled, skipped } = await submit(billing, [reading])
  expect(settled.length + skipped.length).toBe(1)
  return settled[0] ?? skipped[0]?.reason ?? ''
}

/** The arguments of oracle/submit_readings, signed by a key. */
export async function toArguments(billing: Billing, readings: readonly Reading[], key = billing.oracle) {
  return signedReadings(billing.domain ?? (await domainOf(billing)), readings.map(toSignable), key.sign)
}

/** Where signatures over readings for these contracts hold. */
export async function domainOf({ chain, admin }: Deployed): Promise<string> {
  const { deploymentId } = await chain.script('get_settings', {})
  return readingDomain('emulator', admin.address, deploymentId)
}

export const toSignable = ({ usage, vaultId, sequence, ...rest }: Reading): SignableReading => ({
  vaultId,
  sequence,
  models: Object.keys(usage),
  tokens: Object.values(usage),
  period: rest.period ?? PERIOD,
  root: rest.root ?? ROOT,
  eventCount: rest.eventCount ?? 1n,
})

export async function reportOf({ chain }: Deployed, id: bigint): Promise<VaultReport> {
  const report = await chain.script('get_vault', { id })
  if (!report) throw new Error(`There is no vault ${id}.`)
  return report
}

/** The sentence with which the chain refuses; fails when it doesn't. */
export async function refusalOf(sent: Promise<SealedTransaction>): Promise<string> {
  try {
    await sent
  } catch (error) {
    if (error instanceof AppError && error.code === 'chain_refused') return String(error.details?.['reason'])
    throw error
  }
  throw new Error('The transaction was not refused.')
}

/** An account's FLOW in units of 1e-8. */
export async function flowOf({ chain }: Deployed, { address }: Signer): Promise<bigint> {
  const account = await chain.account(address)
  if (!account) throw new Error(`There is no account ${address}.`)
  return account.balance
}
