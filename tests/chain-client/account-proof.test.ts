import { beforeAll, expect, test } from 'vitest'
import { type AccountProof, createSigner, generateFlowKey, proofMessage } from '#services/clients/flow/index.ts'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'

let world: ChainWorld

beforeAll(async () => {
  world = await openChainWorld()
})

const appIdentifier = 'http://localhost:3003'
const nonce = 'a5'.repeat(32)

type Key = Parameters<typeof createSigner>[0]

/** What FCL's wallets sign: the tag, padded to 32 bytes, before the encoded proof. */
async function prove(key: Key, over: Partial<AccountProof> = {}): Promise<AccountProof> {
  const proof = { appIdentifier, address: key.address, nonce, ...over }
  const tag = Buffer.from('FCL-ACCOUNT-PROOF-V0.0', 'utf8').toString('hex').padEnd(64, '0')
  const signature = createSigner(key).sign(tag + (await proofMessage(proof)))
  return { ...proof, signatures: [{ addr: key.address, keyId: key.keyIndex, signature }] }
}

const verify = (proof: AccountProof) => world.chain.verifyAccountProof(proof)

test('the account that signed is believed', async () => {
  expect(await verify(await prove(world.accounts.customer))).toBe(true)
})

test.each<[string, Partial<AccountProof>]>([
  ['another app', { appIdentifier: 'https://elsewhere.example' }],
  ['another nonce', { nonce: 'b6'.repeat(32) }],
  ['a nonce that is too short', { nonce: 'a5' }],
  ['a nonce that is not hex', { nonce: 'zz'.repeat(32) }],
  ['no signature at all', { signatures: [] }],
])('a proof for %s is refused', async (_case, changed) => {
  expect(await verify({ ...(await prove(world.accounts.customer)), ...changed })).toBe(false)
})

test("a proof of one account doesn't open another", async () => {
  const { customer, provider } = world.accounts
  const proof = await prove(customer)
  const renamed = proof.signatures.map((signature) => ({ ...signature, addr: provider.address }))
  expect(await verify({ ...proof, address: provider.address })).toBe(false)
  expect(await verify({ ...proof, address: provider.address, signatures: renamed })).toBe(false)
  // Signed for the provider's address, but with the customer's key.
  expect(await verify(await prove({ ...provider, privateKey: customer.privateKey }))).toBe(false)
})

test('the same key counts once, and a key that is not on the account not at all', async () => {
  const proof = await prove(world.accounts.customer)
  expect(await verify({ ...proof, signatures: [...proof.signatures, ...proof.signatures] })).toBe(false)
  const strange = await prove({ ...world.accounts.customer, privateKey: generateFlowKey().privateKey })
  expect(await verify(strange)).toBe(false)
  const absent = proof.signatures.map((signature) => ({ ...signature, keyId: 5 }))
  expect(await verify({ ...proof, signatures: absent })).toBe(false)
})

test('an account that does not exist proves nothing', async () => {
  expect(await verify(await prove({ ...world.accounts.customer, address: '0x0000000000000123' }))).toBe(false)
})
