import { sha3_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { FlowNetwork } from '../flow/addresses.ts'

/** What of a reading is signed. */
export interface SignableReading {
  readonly vaultId: bigint
  readonly period: number
  readonly sequence: bigint
  /** In the order in which they are handed in, with a count each. */
  readonly models: readonly string[]
  readonly tokens: readonly bigint[]
  readonly eventCount: bigint
  readonly root: string
}

/** Keeps signatures over readings apart from all others of the same key. The contract has the same text. */
export const READING_TAG = 'FLAREFLOW-TRIGGER-V1'

const TAG_BYTES = 32

/** Where a signature holds, and nowhere else: chain, contract and deployment. */
export const readingDomain = (network: FlowNetwork, contractAddress: string, deploymentId: string): string =>
  `flow-${network}\n${contractAddress}\n${deploymentId}`

/** The text that stands for a reading under a signature; the contract writes the same. */
export function readingMessage(domain: string, reading: SignableReading): string {
  const usage = `${reading.models.join(',')}\n${reading.tokens.join(',')}`
  const usageHash = bytesToHex(sha3_256(utf8ToBytes(usage)))
  const { vaultId, period, sequence, eventCount, root } = reading
  return [domain, vaultId, period, sequence, usageHash, eventCount, root].join('\n')
}

/** The bytes that a P-256 key signs with SHA3-256, as hex: the tag, filled with zeros, and the message. */
export function readingBytes(domain: string, reading: SignableReading): string {
  const tag = bytesToHex(utf8ToBytes(READING_TAG)).padEnd(2 * TAG_BYTES, '0')
  return tag + bytesToHex(utf8ToBytes(readingMessage(domain, reading)))
}

/** Signs each reading and lays them out as oracle/submit_readings takes them. `sign` gives r and s in hex. */
export function signedReadings(domain: string, readings: readonly SignableReading[], sign: (hex: string) => string) {
  const signatures = readings.map((reading) => sign(readingBytes(domain, reading)))
  return {
    vaultIds: readings.map(({ vaultId }) => vaultId),
    periods: readings.map(({ period }) => period),
    sequences: readings.map(({ sequence }) => sequence),
    models: readings.map(({ models }) => models),
    tokens: readings.map(({ tokens }) => tokens),
    roots: readings.map(({ root }) => root),
    eventCounts: readings.map(({ eventCount }) => eventCount),
    signatureRs: signatures.map((signature) => BigInt(`0x${signature.slice(0, 64)}`)),
    signatureSs: signatures.map((signature) => BigInt(`0x${signature.slice(64)}`)),
  }
}
