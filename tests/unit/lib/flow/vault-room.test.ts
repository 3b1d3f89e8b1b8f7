import { expect, test } from 'vitest'
import { vaultRoom } from '#lib/flow/vault-room.ts'

/** An account of the contracts with room for so many vaults of 1,000 bytes beside its reserve, to the byte. */
const account = (vaults: bigint) => ({
  used: 500_000n,
  reserve: 2_000_000n,
  nextVault: 1_000n,
  capacity: 2_500_000n + vaults * 1_000n,
})

test('what is kept free is no room for vaults', () => {
  expect([0n, 1n, 99n, 100n].map((vaults) => vaultRoom(account(vaults)))).toEqual([0n, 1n, 99n, 100n])
})

test('a byte too few is room for one vault less, and a reserve that is not covered room for none', () => {
  const { capacity, ...rest } = account(2n)
  expect(vaultRoom({ ...rest, capacity: capacity - 1n })).toBe(1n)
  expect(vaultRoom({ ...rest, capacity: rest.used })).toBe(0n)
})
