import { createHash, createHmac } from 'node:crypto'

/** SHA-256 in hex: the form in which LiteLLM names a key everywhere after it was made. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** HMAC-SHA-256 in hex. A row hashed so can't be made by somebody who can only write to the database. */
export const hmacHex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text, 'utf8').digest('hex')
