const MAX_UINT64 = 2n ** 64n - 1n

/** A vault's number on chain (a UInt64) from text such as a path's segment, or null. */
export function parseVaultId(text: string): bigint | null {
  if (!/^\d{1,20}$/.test(text)) return null
  const id = BigInt(text)
  return id <= MAX_UINT64 ? id : null
}

export const isVaultId = (text: string): boolean => parseVaultId(text) !== null
