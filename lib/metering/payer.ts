/** Credit accounts are metered beside vaults, under their number below 0: no vault of the chain has such a one. */
export const payerOfAccount = (accountNumber: bigint): bigint => -accountNumber

/** Whether a meter is a credit account's. It never goes to the chain. */
export const isOfAccount = (vaultId: bigint): boolean => vaultId < 0n
