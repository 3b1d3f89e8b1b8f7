import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** A SHA-256 in 64 lower-case hex digits. */
export type Hash = string

/** SHA-256 of bytes, or of a text's UTF-8 bytes. A server may have a faster one than the portable one. */
export type Sha256 = (data: string | Uint8Array) => Hash

/** Runs anywhere, in a browser too. */
export const portableSha256: Sha256 = (data) => bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data))

const LEAF = '\0'
const NODE = Uint8Array.of(1)

/** RFC 6962 leaf hash of a text's UTF-8 bytes. */
export const leafHash = (text: string, hash = portableSha256): Hash => hash(LEAF + text)

/** RFC 6962 hash of two subtrees. */
export const nodeHash = (left: Hash, right: Hash, hash = portableSha256): Hash =>
  hash(concatBytes(NODE, hexToBytes(left), hexToBytes(right)))

/** RFC 6962 root of no leaves. */
export const EMPTY_ROOT: Hash = portableSha256('')
