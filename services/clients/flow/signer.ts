import { createECDH, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { withPrefix } from '#lib/flow/addresses.ts'
import { AppError } from '#lib/errors/app-error.ts'

/** An account that can sign. The private key stays inside. */
export interface Signer {
  readonly address: string
  readonly keyIndex: number
  /** 128 hex digits: the point without its leading 04. */
  readonly publicKey: string
  /** Signature over the message as r and s in hex, the form that Flow takes. */
  sign(messageHex: string): string
}

export interface SignerOptions {
  address: string
  /** 64 hex digits, P-256. */
  privateKey: string
  keyIndex: number
}

/** A signer of P-256 keys with SHA3-256, the kind that this product creates everywhere. */
export function createSigner({ address, privateKey, keyIndex }: SignerOptions): Signer {
  const key = keyObject(privateKey)
  return {
    address: withPrefix(address),
    keyIndex,
    publicKey: publicKeyOf(privateKey),
    sign: (messageHex) =>
      sign('sha3-256', Buffer.from(messageHex, 'hex'), { key, dsaEncoding: 'ieee-p1363' }).toString('hex'),
  }
}

interface FlowKeyPair {
  /** 64 hex digits. */
  readonly privateKey: string
  /** 128 hex digits: the point without its leading 04. */
  readonly publicKey: string
}

/** A new P-256 key pair in the form that Flow's accounts hold. */
export function generateFlowKey(): FlowKeyPair {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { d } = privateKey.export({ format: 'jwk' })
  const hex = Buffer.from(d ?? '', 'base64url')
    .toString('hex')
    .padStart(64, '0')
  return { privateKey: hex, publicKey: publicKeyOf(hex) }
}

/** The public key of a private one, as Flow's accounts hold it. */
export function publicKeyOf(privateKey: string): string {
  return pointOf(privateKey).subarray(1).toString('hex')
}

function keyObject(privateKey: string): KeyObject {
  const point = pointOf(privateKey)
  const encode = (bytes: Buffer): string => bytes.toString('base64url')
  const d = encode(Buffer.from(privateKey.replace(/^0x/, ''), 'hex'))
  const jwk = { kty: 'EC', crv: 'P-256', d, x: encode(point.subarray(1, 33)), y: encode(point.subarray(33)) }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

function pointOf(privateKey: string): Buffer {
  const bytes = Buffer.from(privateKey.replace(/^0x/, ''), 'hex')
  // The key itself must never be part of an error.
  if (bytes.length !== 32)
    throw new AppError('config_invalid', 'A Flow private key is not 64 hex digits. Check FLOW_PRIVATE_KEY.')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(bytes)
  return curve.getPublicKey()
}
