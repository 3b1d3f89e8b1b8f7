import * as z from 'zod'
import { withPrefix } from '#lib/flow/addresses.ts'
import type { Plain } from '#lib/flow/json-cadence.ts'

/** What a wallet answers when the app asks it to prove that the user holds the account. */
export interface AccountProof {
  appIdentifier: string
  address: string
  /** At least 32 bytes in hex, made by the server for this one sign-in. */
  nonce: string
  signatures: ReadonlyArray<{ addr: string; keyId: number; signature: string }>
}

interface VerifyArguments {
  address: string
  message: string
  keyIndices: number[]
  signatures: string[]
}

/**
 * Checks the proof with the keys that the account holds now, by FCL's own contract. The caller sees to it that the
 * nonce is its own and used once.
 */
export async function verifyAccountProof(
  ask: (args: VerifyArguments) => Promise<Plain>,
  proof: AccountProof,
): Promise<boolean> {
  const address = withPrefix(proof.address)
  const ofAccount = proof.signatures.every(({ addr }) => withPrefix(addr) === address)
  const wellFormed = proof.signatures.every(({ signature }) => /^[0-9a-fA-F]{128}$/.test(signature))
  if (!ofAccount || !wellFormed || proof.signatures.length === 0 || !/^([0-9a-f]{2}){32,}$/i.test(proof.nonce))
    return false
  const answer = await ask({
    address,
    message: await proofMessage(proof),
    keyIndices: proof.signatures.map(({ keyId }) => keyId),
    signatures: proof.signatures.map(({ signature }) => signature),
  })
  return z.boolean().parse(answer)
}

/** In hex digits: 32 bytes, which the contract puts in front by itself. */
const TAG_LENGTH = 64

/** The bytes that the wallet signed, in hex, without their domain tag. */
export async function proofMessage({
  appIdentifier,
  address,
  nonce,
}: Omit<AccountProof, 'signatures'>): Promise<string> {
  // FCL is large and only sign-in needs it.
  const { WalletUtils } = await import('@onflow/fcl')
  return WalletUtils.encodeAccountProof({ appIdentifier, address: withPrefix(address), nonce }).slice(TAG_LENGTH)
}
