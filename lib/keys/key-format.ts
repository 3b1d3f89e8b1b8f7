/** How a key is shown after its one and only appearance: enough to tell two keys apart, useless to guess from. */
export const maskKey = (secret: string): string => `${secret.slice(0, 3)}…${secret.slice(-4)}`

/** LiteLLM's alias of a credit account's key: unique per deployment. */
export const accountKeyAlias = (deploymentId: string, accountNumber: bigint): string =>
  `account-${accountNumber}-${deploymentId.slice(0, 12)}`

/** LiteLLM's alias of a vault's key: unique per deployment, so that a lost answer can be found again. */
export const keyAlias = (deploymentId: string, vaultId: bigint): string =>
  `vault-${vaultId}-${deploymentId.slice(0, 12)}`

/** How the secret of a credit account's key begins, so that one look tells it from LiteLLM's and a vault's. */
export const ACCOUNT_KEY_PREFIX = 'sk-ff-'

/** An account's key as lists show it. */
export const maskAccountKey = (secret: string): string => `${ACCOUNT_KEY_PREFIX}…${secret.slice(-4)}`
