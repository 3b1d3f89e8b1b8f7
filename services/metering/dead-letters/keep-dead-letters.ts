import { createHash } from 'node:crypto'
import type { ServiceContext } from '#services/platform/context.ts'
import type { RejectReason } from '../schemas.ts'
import { wellFormed } from '../well-formed.ts'
import { insertDeadLetters } from './store.ts'

interface DeadLetter {
  readonly road: string
  readonly reason: RejectReason
  readonly detail: string | null
  readonly payload: unknown
}

/** Longer payloads are cut: an event is well below, and nobody may fill the disk with garbage. */
const MAX_PAYLOAD_CHARS = 65_536

/** What the database can hold, and not too long. */
function boundedPayload(payload: unknown): unknown {
  const kept = wellFormed(payload ?? null)
  const text = JSON.stringify(kept)
  return text.length <= MAX_PAYLOAD_CHARS ? kept : { cut: text.slice(0, MAX_PAYLOAD_CHARS).toWellFormed() }
}

/** The database gives fields back in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
}

const fingerprintOf = ({ road, reason, payload }: DeadLetter): string =>
  createHash('sha256')
    .update(JSON.stringify([road, reason, sorted(payload)]))
    .digest('hex')

/** Keeps what could not be understood, once per item and reason. */
export async function keepDeadLetters(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  letters: readonly DeadLetter[],
): Promise<string[]> {
  const receivedAt = ctx.clock()
  const rows = letters.map((letter) => {
    const kept = { ...letter, payload: boundedPayload(letter.payload) }
    return { ...kept, fingerprint: fingerprintOf(kept), receivedAt }
  })
  const unique = [...new Map(rows.map((row) => [row.fingerprint, row])).values()]
  await insertDeadLetters(ctx.db, unique)
  return rows.map(({ fingerprint }) => fingerprint)
}
