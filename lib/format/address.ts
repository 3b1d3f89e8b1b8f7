/** 0xf8d6…20c7 */
export const showAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

/** 8f3a…c21 for a transaction or a hash. */
export const showHash = (hash: string): string => `${hash.slice(0, 4)}…${hash.slice(-3)}`
