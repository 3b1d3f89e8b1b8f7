import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { acknowledgeKey, createKey } from '#services/api-keys/index.ts'
import { createSigner, generateFlowKey, type Signer } from '#services/clients/flow/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from '../emulator/index.ts'
import { type DemoSubscription, localCustomer } from './cast.ts'
import type { DemoRecord } from './record.ts'

interface DemoAccount {
  readonly address: string
  readonly privateKey: string
}

const createdSchema = z.object({ address: z.string() })
const accountsSchema = z.object({
  accounts: z.array(z.object({ name: z.string(), address: z.string(), privateKey: z.string() })),
})

/** Enough for all deposits of one customer. */
const startFlow = '5000.00000000'

/** The customer's account: the one that was kept, or a new one with FLOW, which is added to the record. */
export async function customerSigner(ctx: ServiceContext, name: string, record: DemoRecord): Promise<Signer> {
  const known = record.accounts.find((account) => account.name === name)
  if (known) return createSigner({ ...known, keyIndex: 0 })
  const account = name === localCustomer ? readLocalCustomer(ctx) : await createAccount(ctx)
  record.accounts.push({ name, ...account })
  return createSigner({ ...account, keyIndex: 0 })
}

function readLocalCustomer({ env }: ServiceContext): DemoAccount {
  const { accounts } = accountsSchema.parse(JSON.parse(readFileSync(env.local?.accountsFile ?? '', 'utf8')))
  const found = accounts.find(({ name }) => name === localCustomer)
  if (!found) throw new Error('A local chain has a customer.')
  return { address: found.address, privateKey: found.privateKey }
}

async function createAccount({ chain }: ServiceContext): Promise<DemoAccount> {
  const { privateKey, publicKey } = generateFlowKey()
  const funder = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  const { events } = await chain.send('account/create_account', { publicKey, amount: startFlow }, funder)
  const created = events.find(({ type }) => type === 'flow.AccountCreated')
  return { address: createdSchema.parse(created?.data).address, privateKey }
}

/** Opens the vault on chain as its owner, and returns its number. */
export async function openVault(ctx: ServiceContext, plan: DemoSubscription, owner: Signer): Promise<bigint> {
  const provider = ctx.env.flow.defaultProvider
  if (provider === null) throw new Error('The local chain has a provider.')
  const { serviceName, deposit } = plan
  const { events } = await ctx.chain.send('owner/create_subscription', { provider, serviceName, deposit }, owner)
  const [opened] = subscriptionEventsNamed('VaultOpened', events)
  if (!opened) throw new Error('A sealed creation opens a vault.')
  return opened.id
}

/** Makes the vault's key through the same door as the dashboard. One that nobody confirmed is replaced. */
export async function makeKey(ctx: ServiceContext, vaultId: bigint, owner: Signer): Promise<string> {
  const asOwner = withActor(ctx, { kind: 'user', address: owner.address })
  const made = await createKey(asOwner, { vaultId })
  const { secret } = made.secret === undefined ? await createKey(asOwner, { vaultId, reissue: true }) : made
  if (secret === undefined) throw new Error(`The key of subscription ${vaultId} is confirmed, but not in the record.`)
  return secret
}

/** Confirms that the key's secret was kept. Repeating it does nothing. */
export async function confirmKey(ctx: ServiceContext, vaultId: bigint, owner: Signer): Promise<void> {
  await acknowledgeKey(withActor(ctx, { kind: 'user', address: owner.address }), { vaultId })
}
