import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** A SHA-256 in 64 lower-case hex digits. */
export type Hash = string

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** RFC 6962 leaf hash of a text's UTF-8 bytes. */
export const leafHash = (text: string): Hash => bytesToHex(sha256(concatBytes(LEAF, utf8ToBytes(text))))

/** RFC 6962 hash of two subtrees. */
export const nodeHash = (left: Hash, right: Hash): Hash =>
  bytesToHex(sha256(concatBytes(NODE, hexToBytes(left), hexToBytes(right))))

/** RFC 6962 root of no leaves. */
export const EMPTY_ROOT: Hash = bytesToHex(sha256(new Uint8Array()))
