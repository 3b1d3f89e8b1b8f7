import { callApi } from './api.ts'
import type { AppConfig, Session } from './api-types.ts'
import type { FclUser } from '@onflow/fcl'
import { type Fcl, loadFcl } from './flow-client.ts'
import { SESSION_PATH } from './use-session.ts'
import { errorText, isDeclined } from './wallet-error.ts'

export type ConnectOutcome =
  | { kind: 'connected'; session: Session }
  | { kind: 'declined' }
  | { kind: 'failed'; message: string }

const NO_PROOF = 'This wallet gave no proof of the account. You are not signed in. Choose another wallet.'

const proofOf = ({ services }: FclUser) => services?.find(({ type }) => type === 'account-proof')?.data

async function proveAccount(fcl: Fcl, network: string): Promise<ConnectOutcome> {
  const before = proofOf(await fcl.currentUser.snapshot())
  // Whoever declines stays connected as before: FCL answers with that account and the proof that it gave then.
  const user = await fcl.authenticate({ forceReauth: true })
  const proof = proofOf(user)
  const isAnew = proof?.nonce === undefined || proof.nonce !== before?.nonce
  if (!user.loggedIn || !user.addr || !isAnew) return { kind: 'declined' }
  if (!proof?.nonce || !proof.signatures?.length) {
    await fcl.unauthenticate()
    return { kind: 'failed', message: NO_PROOF }
  }
  const body = { address: user.addr, nonce: proof.nonce, signatures: proof.signatures, network }
  return { kind: 'connected', session: await callApi<Session>(SESSION_PATH, 'POST', body) }
}

/** Has the wallet prove an account, and the server check the proof. Never throws: how it ended is the answer. */
export async function signIn(config: AppConfig): Promise<ConnectOutcome> {
  try {
    return await proveAccount(await loadFcl(config), config.network)
  } catch (cause) {
    return isDeclined(cause) ? { kind: 'declined' } : { kind: 'failed', message: errorText(cause) }
  }
}

/** Ends the session, then the wallet's connection. Null, or why that is not known to have worked. */
export async function signOut(config: AppConfig): Promise<string | null> {
  try {
    await callApi<null>(SESSION_PATH, 'DELETE')
    await (await loadFcl(config)).unauthenticate()
    return null
  } catch (cause) {
    return errorText(cause)
  }
}
