import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { randomToken } from '#services/platform/crypto/random.ts'
import { endSession } from './end-session.ts'
import type { AccountProofInput } from './schemas.ts'
import type { Session } from './get-session.ts'
import { insertSession, type NonceRow, takeNonce } from './store.ts'

export const SESSION_TTL_SECONDS = 12 * 3600

export interface OpenSessionInput extends AccountProofInput {
  browserToken: string | null
  /** The token of the session that this one replaces, if the browser had one: it ends. */
  previousToken: string | null
}

/**
 * Ends a sign-in: the nonce is used up first, whatever comes of it, then the chain checks the account's signatures.
 * Returns the session with its token, which is kept nowhere.
 */
export async function openSession(
  ctx: ServiceContext,
  input: OpenSessionInput,
): Promise<{ token: string; session: Session }> {
  requireSameNetwork(ctx, input.network)
  const nonce = await useNonce(ctx, input)
  await requireProof(ctx, input, nonce.appIdentifier)
  if (input.previousToken) await endSession(ctx, input.previousToken)

  const token = randomToken()
  const createdAt = ctx.clock()
  const session: Session = {
    address: input.address,
    network: ctx.env.flow.network,
    expiresAt: new Date(createdAt.getTime() + SESSION_TTL_SECONDS * 1000),
  }
  const idHash = hmacHex(ctx.env.app.sessionSecret, token)
  await insertSession(ctx.db, { idHash, deploymentId: ctx.deploymentId, createdAt, ...session })
  return { token, session }
}

function requireSameNetwork(ctx: ServiceContext, network: string): void {
  const ours = ctx.env.flow.network
  if (network === ours || (network === 'local' && ours === 'emulator')) return
  throw new AppError('wrong_network', `The wallet is on another network. Switch it to ${ours} and connect again.`)
}

async function useNonce(ctx: ServiceContext, input: OpenSessionInput): Promise<NonceRow> {
  const secret = ctx.env.app.sessionSecret
  const key = {
    nonceHash: hmacHex(secret, input.nonce),
    browserHash: hmacHex(secret, input.browserToken ?? ''),
    deploymentId: ctx.deploymentId,
    network: ctx.env.flow.network,
  }
  const nonce = await takeNonce(ctx.db, key, ctx.clock())
  if (nonce) return nonce
  throw new AppError('nonce_invalid', 'This sign-in was used already or took longer than 5 minutes. Connect again.')
}

async function requireProof(ctx: ServiceContext, input: OpenSessionInput, appIdentifier: string): Promise<void> {
  const { address, nonce, signatures } = input
  const ownKeysOnly = signatures.every(({ addr }) => addr === address)
  const valid = ownKeysOnly && (await ctx.chain.verifyAccountProof({ appIdentifier, address, nonce, signatures }))
  if (valid) return
  throw new AppError('account_proof_invalid', `The signature is not one of ${address}. Connect the wallet again.`)
}
