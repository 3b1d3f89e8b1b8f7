import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { randomHex, randomToken } from '#services/platform/crypto/random.ts'
import { appOrigins } from './app-origins.ts'
import { deleteExpired, insertNonce } from './store.ts'

const NONCE_TTL_SECONDS = 300
const DAY_MS = 86_400_000
const BROWSER_TOKEN = /^[A-Za-z0-9_-]{43}$/

export interface IssuedNonce {
  nonce: string
  appIdentifier: string
  expiresAt: Date
  /** Goes into a cookie: only the browser that holds it may use the nonce. */
  browserToken: string
}

/**
 * Begins a sign-in: a nonce for the wallet to sign, good once, for five minutes, at this origin and in this browser.
 * A browser's token is kept over several nonces, so that two open tabs don't spoil each other's sign-in.
 */
export async function issueNonce(
  ctx: ServiceContext,
  from: { origin: string; browserToken: string | null },
): Promise<IssuedNonce> {
  const secret = ctx.env.app.sessionSecret
  if (!appOrigins(ctx.env.app.url).includes(from.origin)) {
    throw new AppError('origin_refused', 'Sign-in works on the dashboard itself only. Nothing was changed.')
  }
  const kept = from.browserToken && BROWSER_TOKEN.test(from.browserToken) ? from.browserToken : null
  const browserToken = kept ?? randomToken()
  const nonce = randomHex()
  const createdAt = ctx.clock()
  const expiresAt = new Date(createdAt.getTime() + NONCE_TTL_SECONDS * 1000)
  await deleteExpired(ctx.db, new Date(createdAt.getTime() - DAY_MS))
  await insertNonce(ctx.db, {
    nonceHash: hmacHex(secret, nonce),
    browserHash: hmacHex(secret, browserToken),
    deploymentId: ctx.deploymentId,
    network: ctx.env.flow.network,
    appIdentifier: from.origin,
    createdAt,
    expiresAt,
  })
  return { nonce, appIdentifier: from.origin, expiresAt, browserToken }
}
