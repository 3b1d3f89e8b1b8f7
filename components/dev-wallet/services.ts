/** What the development wallet can be asked for: an account, a transaction's signature, a message's signature. */
const WALLET_SERVICES = ['authn', 'authz', 'user-signature'] as const

export type WalletService = (typeof WALLET_SERVICES)[number]

export const isWalletService = (name: string): name is WalletService =>
  WALLET_SERVICES.some((service) => service === name)

const VERSION = { f_type: 'Service', f_vsn: '1.0.0' } as const

/** The services that an account of the wallet offers to FCL. */
export function walletServices(origin: string, address: string, keyIndex: number): Record<string, unknown>[] {
  const service = (type: WalletService): Record<string, unknown> => ({
    ...VERSION,
    type,
    uid: `flareflow-dev-wallet#${type}`,
    id: address,
    method: 'IFRAME/RPC',
    endpoint: `${origin}/dev-wallet/${type}`,
    identity: { f_type: 'Identity', f_vsn: '1.0.0', address, keyId: keyIndex },
    data: { addr: address },
  })
  const provider = { f_type: 'ServiceProvider', f_vsn: '1.0.0', address, name: 'Development wallet' }
  return [{ ...service('authn'), provider }, service('authz'), service('user-signature')]
}

/** Proof of the account for the nonce that the app asked about; the wallet itself needs no call for it later. */
export const accountProofService = (address: string, nonce: string, signature: unknown): Record<string, unknown> => ({
  ...VERSION,
  type: 'account-proof',
  method: 'DATA',
  uid: 'flareflow-dev-wallet#account-proof',
  data: { f_type: 'account-proof', f_vsn: '2.0.0', address, nonce, signatures: [signature] },
})
