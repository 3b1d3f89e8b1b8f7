/** Why the chain refused a transaction. */
export interface ChainFailure {
  /** `contract`: its code said no. `sequence_number`: another transaction of the same key came first. */
  readonly kind: 'contract' | 'sequence_number' | 'expired' | 'signature' | 'other'
  /** Flow's error code, when it gave one. */
  readonly code: number | null
  /** The contract's own sentence, else the first line of the error. */
  readonly message: string
}

/** Reads Flow's long error text. */
export function readChainFailure(text: string): ChainFailure {
  const codes = [...text.matchAll(/\[Error Code: (\d+)\]/g)].map((match) => Number.parseInt(match[1] ?? '', 10))
  const code = codes.at(-1) ?? null
  return { kind: kindOf(code, text), code, message: messageOf(text) }
}

function kindOf(code: number | null, text: string): ChainFailure['kind'] {
  if (code === 1007) return 'sequence_number'
  if (/transaction (?:is|has) expired|expired transaction|reference block/i.test(text)) return 'expired'
  if (code === 1006 || code === 1008 || code === 1009) return 'signature'
  return code !== null && code >= 1100 && code < 1200 ? 'contract' : 'other'
}

/** A Cadence error ends where its source location begins. */
function messageOf(text: string): string {
  const said = /^error: (?:(?:panic|assertion failed|(?:pre|post)-condition failed): )?([\s\S]*?)\n\s*-->/m.exec(text)
  return (said?.[1] ?? text.split('\n')[0] ?? text).trim().slice(0, 1_000)
}
