import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'

export interface OidcSettings {
  readonly issuer: string
  readonly audience: string
  /** Null: the issuer's own discovery document names it. */
  readonly jwksUrl: string | null
  /** Keys are read anew for an unknown key id, but not more often: made-up ids must not flood the issuer. */
  readonly cooldownMs?: number
}

/** Who a token says that its bearer is. */
interface OidcIdentity {
  /** `oidc:<issuer>|<sub>`: the subject of the credit account. */
  readonly subject: string
  /** Only an address that the issuer verified. */
  readonly verifiedEmail: string | null
}

export interface OidcVerifier {
  /** Who a token is of, or `token_invalid`; `oidc_unreachable` when the issuer's keys can't be read. */
  verify(token: string): Promise<OidcIdentity>
}

/** Signatures by a key that only the issuer has: with a shared secret or none, anybody could be anybody. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const TIMEOUT_MS = 5_000
const COOLDOWN_MS = 5_000
const CACHE_MS = 600_000
const CLOCK_TOLERANCE_S = 10
const MOST_CHARACTERS = 8_192

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() })
const claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().max(320).nullish().catch(null),
  email_verified: z.literal(true).or(z.literal('true')).nullish().catch(null),
})

const unreachable = (cause: unknown): AppError =>
  new AppError('oidc_unreachable', 'The identity provider does not answer right now. Try again.', {
    internal: cause instanceof Error ? `OIDC: ${cause.message}` : 'OIDC: no usable answer',
    cause,
  })

async function discoverJwksUrl(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })
    const found = discovery.parse(await response.json())
    if (found.issuer === issuer) return found.jwks_uri
    throw new Error(`the document is of the issuer ${found.issuer}`)
  } catch (cause) {
    throw unreachable(cause)
  }
}

/** Why a token was refused, for its bearer; null when it wasn't the token's fault. */
function faultOf(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return 'has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `has a wrong or missing "${error.claim}"`
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'is not signed by its issuer'
  if (error instanceof errors.JWKSNoMatchingKey) return 'names a key that its issuer does not have'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'does not name the key that signed it'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'is signed by a method that is not allowed'
  const malformed = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported]
  return malformed.some((kind) => error instanceof kind) ? 'is not a signed JWT' : null
}

const invalid = (fault: string, cause?: unknown): AppError =>
  new AppError('token_invalid', `The token ${fault}. Get a new one from your identity provider.`, { cause })

/** Checks tokens of one issuer. Its keys are kept for ten minutes, and read anew when it begins to use another. */
export function createOidcVerifier({ issuer, audience, jwksUrl, cooldownMs }: OidcSettings): OidcVerifier {
  let opened: Promise<JWTVerifyGetKey> | null = null

  async function open(): Promise<JWTVerifyGetKey> {
    const url = new URL(jwksUrl ?? (await discoverJwksUrl(issuer)))
    return createRemoteJWKSet(url, {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: cooldownMs ?? COOLDOWN_MS,
      cacheMaxAge: CACHE_MS,
    })
  }

  function keys(): Promise<JWTVerifyGetKey> {
    opened ??= open().catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }

  async function read(token: string) {
    const getKey = await keys()
    try {
      const checks = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_S }
      return (await jwtVerify(token, getKey, { ...checks, requiredClaims: ['sub', 'exp'] })).payload
    } catch (error) {
      const fault = faultOf(error)
      throw fault === null ? unreachable(error) : invalid(fault, error)
    }
  }

  return {
    async verify(token) {
      if (token.length > MOST_CHARACTERS) throw invalid('is too long')
      const parsed = claims.safeParse(await read(token))
      if (!parsed.success) throw invalid('names nobody')
      const { sub, email, email_verified: isVerified } = parsed.data
      return { subject: `oidc:${issuer}|${sub}`, verifiedEmail: (isVerified && email) || null }
    },
  }
}
