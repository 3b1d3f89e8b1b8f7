import type { DevAccount } from '#hooks/api-types.ts'
import { callApi } from '#hooks/api.ts'

export type SignatureKind = 'transaction' | 'account-proof' | 'user-message'

interface DevSignature {
  address: string
  keyIndex: number
  signature: string
}

/** Has the server sign with a local account's key; the key itself never comes here. */
export async function signAs(address: string, kind: SignatureKind, message: string): Promise<Record<string, unknown>> {
  const signed = await callApi<DevSignature>('/api/dev-wallet/sign', 'POST', { address, kind, message })
  return {
    f_type: 'CompositeSignature',
    f_vsn: '1.0.0',
    addr: signed.address,
    keyId: signed.keyIndex,
    signature: signed.signature,
  }
}

export const accountOf = (accounts: readonly DevAccount[], address: string | undefined): DevAccount | undefined =>
  accounts.find((account) => account.address.replace(/^0x/, '') === address?.replace(/^0x/, ''))
