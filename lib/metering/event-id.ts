import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

const MINTED = /^([0-9a-f]{32})\.([0-9a-f]{32})$/
const MAC_DIGITS = 32

/** HMAC-SHA-256 of a text in hex. A server may have a faster one than the portable one. */
type Hmac = (secret: string, text: string) => string

const portableHmac: Hmac = (secret, text) => bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(text)))

const macOf = (secret: string, nonce: string, keyHash: string, mac: Hmac): string =>
  mac(secret, `${nonce}|${keyHash}`).slice(0, MAC_DIGITS)

/** Compares texts of equal length in a time that doesn't tell where they differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(b.length, 1))
  return difference === 0
}

/** A call's identity: a nonce of 32 hex digits, and its MAC for this key, which only the secret's holders can make. */
export const mintEventId = (secret: string, nonce: string, keyHash: string, hmac = portableHmac): string =>
  `${nonce}.${macOf(secret, nonce, keyHash, hmac)}`

/** Whether an id was minted with this secret for this key; a caller can't make one up, nor use another key's. */
export function isMintedEventId(secret: string, id: string, keyHash: string, hmac = portableHmac): boolean {
  const [, nonce, mac] = MINTED.exec(id) ?? []
  return nonce !== undefined && mac !== undefined && sameText(macOf(secret, nonce, keyHash, hmac), mac)
}
