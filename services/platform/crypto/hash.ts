import { createHmac, hash } from 'node:crypto'
import type { Sha256 } from '#lib/merkle/hash.ts'

/** The processor's own SHA-256: several times as fast as the portable one. */
export const nativeSha256: Sha256 = (data) => hash('sha256', data)

/** SHA-256 in hex: the form in which LiteLLM names a key everywhere after it was made. */
export const sha256Hex = (text: string): string => nativeSha256(text)

/** HMAC-SHA-256 in hex. A row hashed so can't be made by somebody who can only write to the database. */
export const hmacHex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text, 'utf8').digest('hex')
