/** Credit accounts are metered beside vaults, under their number below 0: no vault of the chain has such a one. */
export const payerOfAccount = (accountNumber: bigint): bigint => -accountNumber

/** Whether a meter is a credit account's. It never goes to the chain. */
export const isOfAccount = (vaultId: bigint): boolean => vaultId < 0n

/** Who pays, as events, reports and limits name it: `vault:7`, or `credits:cr_…`. */
export const vaultAccount = (vaultId: bigint): string => `vault:${vaultId}`
export const creditAccount = (accountId: string): string => `credits:${accountId}`

/** The vault of such a name; null if it is none's. */
export const vaultOf = (account: string): bigint | null => {
  const digits = /^vault:(\d+)$/.exec(account)?.[1]
  return digits === undefined ? null : BigInt(digits)
}

/** The id of the credit account of such a name; null if it is none's. */
export const creditsOf = (account: string): string | null => /^credits:(.+)$/.exec(account)?.[1] ?? null
