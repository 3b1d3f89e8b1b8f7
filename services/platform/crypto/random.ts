import { randomBytes } from 'node:crypto'

/** Unguessable text: `bytes` random bytes in hex. */
export const randomHex = (bytes = 32): string => randomBytes(bytes).toString('hex')

/** Unguessable text that is short and safe in a header, a cookie or a URL. */
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString('base64url')
