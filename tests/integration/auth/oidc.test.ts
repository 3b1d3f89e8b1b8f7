import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOidcVerifier, type OidcVerifier } from '#services/auth/index.ts'
import { AUDIENCE, newIssuerKey, type OidcIssuer, startOidcIssuer } from '#tests/support/oidc-issuer.ts'

let issuer: OidcIssuer
let verifier: OidcVerifier
const settings = () => ({ issuer: issuer.issuer, audience: AUDIENCE, jwksUrl: null })

beforeAll(async () => {
  issuer = await startOidcIssuer()
})
afterAll(() => issuer[Symbol.asyncDispose]())
beforeEach(async () => {
  issuer.isUp = true
  issuer.keys = [await newIssuerKey('first')]
  verifier = createOidcVerifier(settings())
})

const first = () => issuer.keys[0] ?? expect.fail('the issuer has a key')
const sign = (claims = {}, more = {}) => issuer.sign(first(), claims, more)
const refusal = (token: string) =>
  verifier.verify(token).then(
    () => 'taken',
    (error: unknown) => error,
  )
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const claimsNow = () => {
  const seconds = Math.floor(Date.now() / 1_000)
  return { iss: issuer.issuer, aud: AUDIENCE, sub: 'user-1', iat: seconds, exp: seconds + 300 }
}

describe('a token', () => {
  test('of the issuer says who its bearer is, under a subject that no other issuer can have', async () => {
    expect(await verifier.verify(await sign())).toEqual({
      subject: `oidc:${issuer.issuer}|user-1`,
      verifiedEmail: null,
    })
  })

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('signed with %s is taken', async (alg) => {
    issuer.keys = [await newIssuerKey('other', alg)]
    expect(await verifier.verify(await sign())).toMatchObject({ subject: `oidc:${issuer.issuer}|user-1` })
  })

  test.each([
    ['a verified e-mail', { email: 'jo@example.org', email_verified: true }, 'jo@example.org'],
    ['one that nobody verified', { email: 'jo@example.org', email_verified: false }, null],
    ['one of which nothing is said', { email: 'jo@example.org' }, null],
    ['claims of other types', { email: 5, email_verified: 'yes' }, null],
  ])('with %s', async (_name, claims, verifiedEmail) => {
    expect(await verifier.verify(await sign(claims))).toMatchObject({ verifiedEmail })
  })

  test.each([
    ['that has expired', () => sign({}, { expiresIn: '-1m' }), /expired/],
    ['that is not valid yet', () => sign({ nbf: Math.floor(Date.now() / 1_000) + 600 }), /"nbf"/],
    ['of another issuer', () => sign({ iss: 'https://elsewhere.example' }), /"iss"/],
    ['for another audience', () => sign({ aud: 'another-service' }), /"aud"/],
    ['without a subject', () => sign({ sub: undefined }), /"sub"/],
    ['with an empty subject', () => sign({ sub: '' }), /names nobody/],
    [
      'that never expires',
      async () => {
        const { exp: _, ...claims } = claimsNow()
        return signed({ alg: 'RS256', kid: 'first' }, claims)
      },
      /"exp"/,
    ],
    [
      'with no signature',
      async () => `${base64({ alg: 'none' })}.${base64(claimsNow())}.`,
      /method that is not allowed/,
    ],
    [
      'altered after it was signed',
      async () => {
        const [head = '', , signature = ''] = (await sign()).split('.')
        return `${head}.${base64({ ...claimsNow(), sub: 'somebody-else' })}.${signature}`
      },
      /not signed by its issuer/,
    ],
    [
      'signed by somebody else under the key’s name',
      async () => issuer.sign(await newIssuerKey('first'), {}),
      /not signed/,
    ],
    ['signed with the public key as a secret', async () => hmacSigned(), /method that is not allowed/],
    ['that is no token', async () => 'eyJ.eyJ.x', /not a signed JWT/],
    ['that is too long', async () => 'e'.repeat(9_000), /too long/],
  ])('%s is refused', async (_name, make, why) => {
    expect(await refusal(await make())).toMatchObject({
      code: 'token_invalid',
      publicMessage: expect.stringMatching(why),
    })
  })

  async function signed(header: object, claims: object): Promise<string> {
    const text = `${base64(header)}.${base64(claims)}`
    const { privateKey } = first()
    const algorithm = { name: 'RSASSA-PKCS1-v1_5' }
    const signature = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(text))
    return `${text}.${Buffer.from(signature).toString('base64url')}`
  }

  function hmacSigned(): string {
    const text = `${base64({ alg: 'HS256', kid: 'first' })}.${base64(claimsNow())}`
    const secret = JSON.stringify(first().publicJwk)
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
})

describe('the issuer’s keys', () => {
  test('are read once for many tokens', async () => {
    const before = issuer.reads()
    for (let i = 0; i < 20; i += 1) await verifier.verify(await sign({ sub: `user-${i}` }))
    expect(issuer.reads() - before).toBe(1)
  })

  test('may change: a token of a new key is taken once it is published, one of a withdrawn key no more', async () => {
    const [old, next] = [first(), await newIssuerKey('second')]
    const quick = createOidcVerifier({ ...settings(), cooldownMs: 0 })
    await quick.verify(await issuer.sign(old, {}))
    await expect(quick.verify(await issuer.sign(next, {}))).rejects.toMatchObject({
      publicMessage: expect.stringContaining('a key that its issuer does not have'),
    })
    issuer.keys = [next]
    await quick.verify(await issuer.sign(next, {}))
    await expect(quick.verify(await issuer.sign(old, {}))).rejects.toMatchObject({ code: 'token_invalid' })
  })

  test('are not read again for each token with a made-up key', async () => {
    await verifier.verify(await sign())
    const before = issuer.reads()
    const stranger = await newIssuerKey('made-up')
    for (let i = 0; i < 20; i += 1) await refusal(await issuer.sign(stranger, {}))
    expect(issuer.reads() - before).toBeLessThanOrEqual(1)
  })

  test('that can’t be read are no fault of the token, and are read when the issuer is back', async () => {
    const token = await sign()
    issuer.isUp = false
    expect(await refusal(token)).toMatchObject({ code: 'oidc_unreachable', retryable: true })
    issuer.isUp = true
    await verifier.verify(token)
  })

  test('may be at an address of their own', async () => {
    const direct = createOidcVerifier({ ...settings(), jwksUrl: issuer.jwksUrl })
    await direct.verify(await sign())
    const wrong = createOidcVerifier({ ...settings(), jwksUrl: `${issuer.issuer}/nothing` })
    await expect(wrong.verify(await sign())).rejects.toMatchObject({ code: 'oidc_unreachable' })
  })

  test('of a discovery document that names another issuer are not used', async () => {
    const elsewhere = createOidcVerifier({ ...settings(), issuer: `${issuer.issuer}/` })
    await expect(elsewhere.verify(await sign())).rejects.toMatchObject({ code: 'oidc_unreachable' })
  })
})
