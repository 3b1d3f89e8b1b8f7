import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { BooksServer, Row } from './books-server.ts'
import { giveKey, usageEvent } from './usage-events.ts'
import { BREAKAGES, type Broken } from './usage-storm.ts'

export interface StormVault {
  readonly vaultId: bigint
  readonly keyHash: string
  /** What the vault is to be billed for, by the identities that events have. */
  readonly calls: UsageEventWire[]
}

/** All that a storm brought, and what has to become of it. */
export interface KillStorm {
  readonly vaults: readonly StormVault[]
  /** What is to be found among the dead letters, by reason. */
  readonly refused: string[]
  /** New calls of each vault: those for the senders, a batch a vault; the others stand in LiteLLM's books alone. */
  brew(): Broken['raw'][][]
}

const MODELS = ['gpt-4', 'claude-3-opus', 'llama-3-70b']
const BROKEN_PERCENT = 5
const UNREADABLE = 'unreadable-'
type Roll = (sides: number) => number

/** LiteLLM's books and its plug-in's deliveries of the same keys. */
export async function openKillStorm(
  ctx: ServiceContext,
  { vaultIds, books, roll }: { vaultIds: readonly bigint[]; books: BooksServer; roll: Roll },
): Promise<KillStorm> {
  const vaults = await Promise.all(
    vaultIds.map(async (vaultId): Promise<StormVault> => {
      return { vaultId, keyHash: await giveKey(ctx, vaultId), calls: [] }
    }),
  )
  books.rewrite = spoilRow
  const refused: string[] = []
  const pick = <T>(from: readonly T[]): T => from[roll(from.length)] as T
  const anyCall = (keyHash: string): UsageEventWire => {
    const startedAt = new Date().toISOString()
    return usageEvent(keyHash, {
      startedAt,
      endedAt: startedAt,
      model: pick(MODELS),
      inputTokens: String(1 + roll(5_000)),
      outputTokens: String(roll(900)),
      endUser: pick([null, 'ann', 'bob']),
      feature: pick([null, 'search']),
    })
  }
  const dealOf = (vault: StormVault) => ({ vault, roll, books, refused, call: anyCall(vault.keyHash) })
  return {
    vaults,
    refused,
    brew: () =>
      vaults.map((vault) =>
        Array.from({ length: 1 + roll(20) }, () => itemOf(dealOf(vault))).filter((item) => item !== null),
      ),
  }
}

interface Deal {
  readonly vault: StormVault
  readonly call: UsageEventWire
  readonly roll: Roll
  readonly books: BooksServer
  readonly refused: string[]
}

/** What the plug-in delivers of a call; null: nothing, only LiteLLM's books have it. */
function itemOf(deal: Deal): unknown {
  const { vault, call, roll, refused } = deal
  if (roll(100) < BROKEN_PERCENT) {
    const { raw, reason } = (BREAKAGES[roll(BREAKAGES.length)] ?? BREAKAGES[0] ?? neverBroken)(call)
    refused.push(reason)
    return raw
  }
  const kind = roll(8)
  if (kind === 0) return bookedCall(deal, null)
  if (kind === 1) return bookedCall(deal, call.id)
  if (kind === 2) return failedCall(deal)
  if (kind === 3 && roll(4) === 0) return unreadableRow(deal)
  vault.calls.push(call)
  return call
}

const neverBroken = (call: UsageEventWire): Broken => ({ raw: call, reason: '' })

/** A call in LiteLLM's books; with an event's id the plug-in delivers it too. */
function bookedCall({ vault, call, roll, books }: Deal, eventId: string | null): UsageEventWire | null {
  const { keyHash, startedAt } = call
  const tokens = roll(3_000)
  const requestId = `chatcmpl-${call.id.slice(0, 24)}`
  const visibleAt = new Date(startedAt)
  books.calls.push({
    requestId,
    keyHash,
    startedAt: visibleAt,
    visibleAt,
    tokens,
    ...(eventId === null ? {} : { eventId }),
  })
  const counts = { model: 'gpt-4o', inputTokens: String(tokens), outputTokens: '1' }
  const told = { ...call, ...counts, id: eventId ?? `slog:${requestId}` }
  vault.calls.push(told)
  return eventId === null ? null : told
}

/** An attempt that failed has an identity of its own, and costs nothing. */
function failedCall({ vault, call }: Deal): UsageEventWire {
  const failed = { ...call, status: 'failure' as const, inputTokens: null, outputTokens: null }
  vault.calls.push({ ...failed, id: `${call.id}:failure` })
  return failed
}

/** A row of LiteLLM's books whose field is called otherwise, now and whenever it is read. */
function unreadableRow({ vault, call, books, refused }: Deal): null {
  const startedAt = new Date(call.startedAt)
  books.calls.push({
    requestId: `${UNREADABLE}${call.id.slice(0, 24)}`,
    keyHash: vault.keyHash,
    startedAt,
    visibleAt: startedAt,
    tokens: 1,
  })
  refused.push('invalid_event')
  return null
}

const spoilRow = (row: Row): unknown => {
  const { startTime, ...rest } = row
  return row.request_id.startsWith(UNREADABLE) ? { ...rest, start_time: startTime } : row
}

/** What LiteLLM does instead of answering: it hangs, breaks, or has changed a field of its answers. */
export const TROUBLES: readonly ((books: BooksServer) => void)[] = [
  (books) => void (books.spoil = () => true),
  (books) => void books.faults.push('status 500', 'half an answer', 'hang up'),
  (books) => void (books.rewritePage = ({ total_pages: pages, ...page }) => ({ ...page, pages })),
]

/** LiteLLM answers as it should again. */
export function endTrouble(books: BooksServer): void {
  books.spoil = null
  books.faults.length = 0
  books.rewritePage = (page) => page
}
