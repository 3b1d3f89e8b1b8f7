import * as z from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createSigner,
  generateFlowKey,
  type PreparedTransaction,
  type SealedTransaction,
} from '#services/clients/flow/index.ts'
import { type OwnEmulator, sealBlocks, startOwnEmulator } from '#tests/support/own-emulator.ts'

let emulator: OwnEmulator

beforeAll(async () => {
  emulator = await startOwnEmulator()
})

afterAll(() => emulator.close())

const newAccount = (amount = '1.0') => ({ publicKey: generateFlowKey().publicKey, amount })
const prepareOne = () => emulator.chain.prepare('account/create_account', newAccount(), emulator.service)

test('the id is known before sending, and is the id that the chain gives', async () => {
  const before = await emulator.chain.latestBlock()
  const prepared = await prepareOne()
  expect(await emulator.chain.status(prepared.txId)).toEqual({ state: 'unknown' })

  await prepared.send()

  const events = await emulator.chain.events('flow.AccountCreated', before.height + 1, before.height + 1)
  expect(events.map(({ txId }) => txId)).toEqual([prepared.txId])
  expect(await emulator.chain.status(prepared.txId)).toMatchObject({ state: 'sealed' })
})

test('sending the same transaction twice executes it once', async () => {
  const before = await emulator.chain.latestBlock()
  const prepared = await prepareOne()
  await prepared.send()
  await prepared.send()
  const { height } = await emulator.chain.latestBlock()
  const events = await emulator.chain.events('flow.AccountCreated', before.height + 1, height)
  expect(events.map(({ txId }) => txId)).toEqual([prepared.txId])
})

test('a refused transaction carries the words of the contract, and changes nothing', async () => {
  const { privateKey, publicKey } = generateFlowKey()
  const { events } = await emulator.chain.send('account/create_account', { publicKey, amount: '1.0' }, emulator.service)
  const created = events.find(({ type }) => type === 'flow.AccountCreated')?.data
  const { address } = z.object({ address: z.string() }).parse(created)
  const poor = createSigner({ address, privateKey, keyIndex: 0 })
  const balance = (await emulator.chain.account(address))?.balance

  const sent = emulator.chain.send('account/create_account', newAccount('50.0'), poor)

  await expect(sent).rejects.toMatchObject({
    code: 'chain_refused',
    details: {
      kind: 'contract',
      reason: expect.stringMatching(/^FungibleToken.Vault.withdraw: Cannot withdraw tokens! /),
    },
  })
  expect((await emulator.chain.account(address))?.balance).toBe(balance)
})

test('a transaction that another of the same key overtook is failed, and says that nothing was executed', async () => {
  const overtaken = await prepareOne()
  await emulator.chain.send('account/create_account', newAccount(), emulator.service)
  await overtaken.send()
  expect(await emulator.chain.status(overtaken.txId)).toMatchObject({
    state: 'failed',
    error: { kind: 'sequence_number', code: 1007 },
  })
})

test('many senders with one key all get through', async () => {
  const sealed = await Promise.all(
    Array.from({ length: 8 }, () => emulator.chain.send('account/create_account', newAccount(), emulator.service)),
  )
  expect(new Set(sealed.map(({ txId }) => txId)).size).toBe(8)
})

test('a key that is not on the account signs nothing', async () => {
  const { address } = emulator.service
  const stranger = createSigner({ address, privateKey: generateFlowKey().privateKey, keyIndex: 0 })
  await expect(emulator.chain.send('account/create_account', newAccount(), stranger)).rejects.toMatchObject({
    code: 'chain_refused',
    details: { kind: 'signature' },
  })
  const absent = { ...emulator.service, keyIndex: 7 }
  await expect(emulator.chain.prepare('account/create_account', newAccount(), absent)).rejects.toThrow(
    /no usable key 7/,
  )
})

describe('602 blocks later', () => {
  let kept: PreparedTransaction
  let first: SealedTransaction
  let second: SealedTransaction

  beforeAll(async () => {
    first = await emulator.chain.send('account/create_account', newAccount(), emulator.service)
    kept = await prepareOne()
    await sealBlocks(emulator, 602)
    second = await emulator.chain.send('account/create_account', newAccount(), emulator.service)
  })

  test('a transaction that was never sent is expired, and the chain does not take it any more', async () => {
    expect(await emulator.chain.status(kept.txId, kept.preparedAtHeight)).toEqual({ state: 'expired' })
    expect(await emulator.chain.status(kept.txId)).toEqual({ state: 'unknown' })
    await expect(kept.send()).rejects.toMatchObject({ code: 'chain_refused', details: { kind: 'expired' } })
    expect(await emulator.chain.status(kept.txId, kept.preparedAtHeight)).toEqual({ state: 'expired' })
  })

  test('events are found over more blocks than one request may span, in order', async () => {
    const events = await emulator.chain.events('flow.AccountCreated', first.blockHeight, second.blockHeight)
    expect(events.map(({ txId }) => txId)).toEqual([first.txId, second.txId])
    expect(events.map(({ blockHeight }) => blockHeight)).toEqual([first.blockHeight, second.blockHeight])
    expect(await emulator.chain.events('flow.AccountCreated', 5, 4)).toEqual([])
  })
})
