import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: Readonly<Record<string, unknown>>
}

export async function newIssuerKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface OidcIssuer extends AsyncDisposable {
  readonly issuer: string
  readonly jwksUrl: string
  /** The keys that it publishes. */
  keys: IssuerKey[]
  /** False: it answers 503. */
  isUp: boolean
  /** How often its keys were read. */
  reads(): number
  sign(key: IssuerKey, claims: JWTPayload, more?: { alg?: string; expiresIn?: string }): Promise<string>
}

export const AUDIENCE = 'flareflow'

/** A real issuer on loopback: a discovery document, a key set that changes, signed tokens. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  let reads = 0
  const server = createServer((request, response) => {
    const json = (value: unknown): void => void response.end(JSON.stringify(value))
    response.setHeader('content-type', 'application/json')
    if (!made.isUp) return void response.writeHead(503).end()
    if (request.url === '/realm/.well-known/openid-configuration') {
      return json({ issuer: made.issuer, jwks_uri: made.jwksUrl })
    }
    if (request.url !== '/realm/keys') return void response.writeHead(404).end()
    reads += 1
    return json({ keys: made.keys.map(({ publicJwk }) => publicJwk) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const issuer = `http://127.0.0.1:${address.port}/realm`
  const made: OidcIssuer = {
    issuer,
    jwksUrl: `${issuer}/keys`,
    keys: [await newIssuerKey('first')],
    isUp: true,
    reads: () => reads,
    sign: ({ kid, alg, privateKey }, claims, more = {}) =>
      new SignJWT({ iss: issuer, aud: AUDIENCE, sub: 'user-1', ...claims })
        .setProtectedHeader({ kid, alg: more.alg ?? alg })
        .setIssuedAt()
        .setExpirationTime(more.expiresIn ?? '5m')
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
  return made
}
