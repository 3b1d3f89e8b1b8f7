import { beforeAll, expect, test } from 'vitest'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { getApprovals, getStorage, getVault, listApprovals, summarizeProvider } from '#services/subscriptions/index.ts'
import { type ChainWorld, openChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import type { Wallet } from '#tests/support/web-browser.ts'

let world: ChainWorld
let base: ServiceContext
let owner: Wallet
let approvers: Wallet[]
let vaultId: bigint

beforeAll(async () => {
  world = await openChainWorld()
  base = await openTestWeb(world)
  owner = await world.newWallet()
  approvers = [await world.newWallet(), await world.newWallet(), await world.newWallet()]
  vaultId = await world.openVault(owner)
  await world.chain.send(
    'owner/set_approvers',
    { vaultId, approvers: approvers.map(({ address }) => address), required: 2n, threshold: '1.5' },
    signerOf(owner),
  )
})

const as = ({ address }: { address: string }) => withActor(base, { kind: 'user', address })
const code = (wanted: string) => expect.objectContaining({ code: wanted })
const first = (): Wallet => approvers[0] ?? owner

test('who must agree, and what waits for them, is told to the parties and the approvers alone', async () => {
  await world.chain.send('owner/request_return', { vaultId, amount: '2.0' }, signerOf(owner))
  const expected = {
    vault: { id: vaultId.toString(), owner: owner.address },
    approvals: {
      approvers: approvers.map(({ address }) => address),
      required: 2,
      threshold: null,
      pendingThreshold: { limit: '1.50000000' },
      proposals: [{ kind: 'takeBack', amount: '2.00000000', approvedBy: [] }],
    },
  }
  for (const wallet of [owner, first(), world.accounts.provider]) {
    expect(await getApprovals(as(wallet), { vaultId })).toMatchObject(expected)
  }
  const stranger = await world.newWallet()
  await expect(getApprovals(as(stranger), { vaultId })).rejects.toEqual(code('not_permitted'))
  await expect(getApprovals(base, { vaultId })).rejects.toEqual(code('session_required'))
})

test('an approver finds the vaults that name it, and whether it took its seat', async () => {
  const approver = first()
  const mine = async () => (await listApprovals(as(approver))).vaults.map(({ vault, seated }) => [vault.id, seated])
  expect(await mine()).toEqual([[vaultId.toString(), false]])
  await world.chain.send('approver/claim_seat', { vaultId }, signerOf(approver))
  expect(await mine()).toEqual([[vaultId.toString(), true]])
  expect(await listApprovals(as(await world.newWallet()))).toEqual({ vaults: [] })
})

test('looking through the vaults goes on where a script stopped, and ends after the last', async () => {
  const approver = first().address
  const seats = (from: bigint, count: bigint) => world.chain.script('get_seats', { approver, from, count })
  expect(await seats(vaultId, 1n)).toEqual({ vaultIds: [vaultId], next: [vaultId + 1n] })
  expect(await seats(1n, 100_000n)).toEqual({ vaultIds: [vaultId], next: [] })
})

test('a vault that was given to somebody is theirs to accept', async () => {
  const heir = await world.newWallet()
  const given = await world.openVault(owner)
  expect(await getVault(as(owner), { vaultId: given })).toMatchObject({ claimed: true })
  await world.chain.send('owner/transfer', { vaultId: given, to: heir.address }, signerOf(owner))
  expect(await getVault(as(heir), { vaultId: given })).toMatchObject({ claimed: false })
  await world.chain.send('owner/claim_vault', { vaultId: given }, signerOf(heir))
  expect(await getVault(as(heir), { vaultId: given })).toMatchObject({ claimed: true })
})

test('a provider sees what it may take beside what accrued', async () => {
  const { totals } = await summarizeProvider(as(world.accounts.provider))
  expect(totals).toMatchObject({ accrued: expect.stringMatching(/^\d/), withdrawable: expect.stringMatching(/^\d/) })
})

test('the storage of the contracts’ account is told to anybody', async () => {
  expect(await getStorage(base)).toMatchObject({ address: world.contractAddress, state: 'ok' })
})
