import { sha256Hex } from '#services/platform/crypto/hash.ts'

/** Field of a key's metadata in LiteLLM that the plug-in reads. */
export const REFUSED_FIELD = 'flareflow_refused'

/** How the plug-in knows a label that it refuses, `end_user:ann`: short however long the label, and told to nobody. */
export const refusedEntry = (entry: string): string => sha256Hex(entry).slice(0, 32)
