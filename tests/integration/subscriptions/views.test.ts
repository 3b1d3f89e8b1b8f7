import { beforeAll, describe, expect, test } from 'vitest'
import { periodOf } from '#lib/period/period.ts'
import { ingestEvents } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { outbox } from '#services/platform/db/schema/index.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, planReadings } from '#services/settlement/index.ts'
import { getPublicConfig, getVault, listMyVaults, summarizeProvider } from '#services/subscriptions/index.ts'
import { oracleVariables } from '#tests/support/billed-vault.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { giveKey, usageEvent } from '#tests/support/usage-events.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let base: ServiceContext

beforeAll(async () => {
  world = await openChainWorld()
  base = withActor(await openTestWeb(world, oracleVariables(world)), { kind: 'system', job: 'test' })
})

const as = (wallet: { address: string }) => withActor(base, { kind: 'user', address: wallet.address })
const code = (wanted: string) => expect.objectContaining({ code: wanted })

async function use(keyHash: string, model: string, tokens: string): Promise<void> {
  const startedAt = new Date().toISOString()
  const raw = usageEvent(keyHash, { model, inputTokens: tokens, outputTokens: '0', startedAt })
  expect(await ingestEvents(base, { road: 'plugin', items: [{ raw }] })).toMatchObject({ stored: 1 })
}

async function settle(): Promise<void> {
  await planReadings(base)
  const handler = createReadingHandler()
  while ((await dispatchOutbox(base, handler)) > 0) await base.db.update(outbox).set({ runAt: new Date(0) })
}

describe('a vault', () => {
  let owner: Wallet
  let vaultId: bigint
  let keyHash: string

  beforeAll(async () => {
    owner = await world.newWallet()
    vaultId = await world.openVault(owner, { deposit: '20.0', serviceName: 'prod-chat' })
    keyHash = await giveKey(base, vaultId)
  })

  test('that is new has the deposit and zeros', async () => {
    expect(await getVault(as(owner), { vaultId })).toMatchObject({
      vault: {
        id: vaultId.toString(),
        owner: owner.address,
        provider: world.accounts.provider.address,
        serviceName: 'prod-chat',
        status: 'active',
        balance: '20.00000000',
        accrued: '0.00000000',
        period: null,
      },
      key: { state: 'active', acknowledged: false },
      usage: {
        period: periodOf(new Date()),
        tokens: '0',
        requests: '0',
        priceUsd: '0.00000000',
        models: [],
        recent: [],
      },
      settlement: { lastReading: null, unsettledTokens: '0' },
    })
  })

  test('shows usage at its exact price before anything settled, and the chain’s charge afterwards', async () => {
    await use(keyHash, 'gpt-4', '250000')
    const before = await getVault(as(owner), { vaultId })
    expect(before.usage).toMatchObject({ tokens: '250000', requests: '1', priceUsd: '5.06250000', tier: 'Growth' })
    expect(before.usage.models).toEqual([{ model: 'gpt-4', tokens: '250000', requests: '1', usd: '5.06250000' }])
    expect(before.usage.recent).toMatchObject([{ model: 'gpt-4', inputTokens: '250000', status: 'success' }])
    expect(before.settlement).toEqual({ lastReading: null, unsettledTokens: '250000' })
    expect(before.vault.accrued).toBe('0.00000000')

    await settle()
    const after = await getVault(as(owner), { vaultId })
    expect(after.vault).toMatchObject({ accrued: '5.06250000', chargedUsd: '5.06250000', period: periodOf(new Date()) })
    expect(after.settlement.unsettledTokens).toBe('0')
    expect(after.settlement.lastReading).toMatchObject({ status: 'sealed', usd: '5.06250000', flow: '5.06250000' })
    expect(after.settlement.lastReading?.txId).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is shown to its owner and its provider alike, and to nobody else', async () => {
    const mine = await getVault(as(owner), { vaultId })
    expect(await getVault(as(world.accounts.provider), { vaultId })).toEqual(mine)
    for (const other of [world.accounts.customer, world.accounts.admin, world.accounts.oracle]) {
      await expect(getVault(as(other), { vaultId })).rejects.toEqual(code('not_permitted'))
    }
    await expect(getVault(withActor(base, { kind: 'anonymous' }), { vaultId })).rejects.toEqual(
      code('session_required'),
    )
    await expect(getVault(as(owner), { vaultId: 999_999n })).rejects.toEqual(code('vault_not_found'))
  })

  test('shows no secret and no hash of one', async () => {
    expect(JSON.stringify(await getVault(as(owner), { vaultId }))).not.toContain(keyHash)
  })
})

describe('lists', () => {
  test('have the vaults of one owner, oldest first, and the usage of each', async () => {
    const owner = await world.newWallet()
    const [first, second] = [await world.openVault(owner), await world.openVault(owner)]
    await use(await giveKey(base, second), 'gpt-4', '1000')
    const { vaults } = await listMyVaults(as(owner))
    expect(vaults.map(({ vault }) => vault.id)).toEqual([first.toString(), second.toString()])
    expect(vaults.map(({ usage }) => usage.tokens)).toEqual(['0', '1000'])
    expect((await listMyVaults(as(await world.newWallet()))).vaults).toEqual([])
  })

  test('of a provider add up what is to withdraw, and go down when it withdraws', async () => {
    const provider = await world.newWallet()
    const { admin } = world.accounts
    await world.chain.send('admin/register_provider', { address: provider.address }, signerOf(admin))
    const owner = await world.newWallet()
    const ids = [await world.openVault(owner, { provider: provider.address })]
    ids.push(await world.openVault(owner, { provider: provider.address }))
    for (const [i, vaultId] of ids.entries()) await use(await giveKey(base, vaultId), 'gpt-4', `${i + 1}000`)
    await settle()

    const summary = await summarizeProvider(as(provider))
    expect(summary).toMatchObject({ provider: provider.address, registered: true })
    expect(summary.vaults.map(({ vault }) => vault.accrued)).toEqual(['0.06000000', '0.03000000'])
    expect(summary.totals).toEqual({
      accrued: '0.09000000',
      withdrawable: '0.09000000',
      uncovered: '0.00000000',
      paid: '0.00000000',
    })

    await world.chain.send('provider/withdraw_accrued', { vaultIds: ids }, signerOf(provider))
    const { totals } = await summarizeProvider(as(provider))
    expect(totals).toEqual({
      accrued: '0.00000000',
      withdrawable: '0.00000000',
      uncovered: '0.00000000',
      paid: '0.09000000',
    })
  })

  test('of somebody who is no provider are empty', async () => {
    expect(await summarizeProvider(as(await world.newWallet()))).toMatchObject({ registered: false, vaults: [] })
  })
})

test('the public configuration names this chain and nothing secret', async () => {
  const config = await getPublicConfig(base)
  expect(config).toMatchObject({
    network: 'emulator',
    accessNode: world.accessNode,
    contractAddress: world.contractAddress,
    defaultProvider: world.accounts.provider.address,
    deploymentId: base.deploymentId,
    rate: { usdPerFlow: '1.00000000', source: 'fixed' },
    minimumDeposit: '0.10000000',
    keyFloorUsd: '0.90000000',
    settleDelaySeconds: 60,
  })
  const text = JSON.stringify(config)
  const { litellm, app, flow, database } = base.env
  for (const secret of [
    litellm.masterKey,
    litellm.webhookSecret,
    app.sessionSecret,
    flow.privateKey ?? '',
    database.url,
  ]) {
    expect(secret.length).toBeGreaterThan(10)
    expect(text).not.toContain(secret)
  }
})
