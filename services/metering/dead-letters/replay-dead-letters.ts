import type { Road } from '#lib/metering/usage-event.ts'
import { requireAdmin } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { judgeItems, storeItems } from '../ingest-events.ts'
import { notThere } from './get-dead-letter.ts'
import type { LetterFilter, ReplayView } from './schemas.ts'
import {
  type DeadLetterRow,
  findLetters,
  insertActions,
  listLettersAfter,
  lockOpenLetters,
  resolveLetters,
  setReason,
} from './store.ts'

const TOGETHER = 500
const ROADS: readonly Road[] = ['plugin', 'poll', 'gateway']

export type ReplayInput = { readonly ids: readonly bigint[] } | { readonly filter: Omit<LetterFilter, 'state'> }

/** What became of a letter: resolved, or why not. */
type Tried = Pick<DeadLetterRow, 'id' | 'reason' | 'detail'> & { readonly isResolved: boolean }

/**
 * Tries again to store what could not be stored, after its cause is gone: the letters named, or all open ones of a
 * filter. What is an event now, or was already, is resolved; the rest stays, with the reason of this try. Hints are not
 * replayed, as the regular poll has read what they pointed at; nor are other counts of a call that is billed. For the
 * admin.
 */
export async function replayDeadLetters(ctx: ServiceContext, input: ReplayInput): Promise<ReplayView> {
  const actor = await requireAdmin(ctx)
  const tried: Tried[] = []
  for await (const letters of lettersOf(ctx, input)) {
    for (const road of ROADS) {
      const ours = letters.filter((letter) => letter.road === road && isReplayed(letter))
      tried.push(...(await replay(ctx, { actor, road, letters: ours })))
    }
    const others = letters.filter((letter) => !isReplayed(letter))
    tried.push(...others.map((letter) => ({ ...letter, isResolved: false })))
  }
  const left = tried.filter(({ isResolved }) => !isResolved)
  return {
    resolved: tried.length - left.length,
    left: left.map(({ id, reason, detail }) => ({ id: id.toString(), reason, detail })),
  }
}

const isReplayed = ({ road, reason }: DeadLetterRow): boolean =>
  ROADS.some((replayed) => replayed === road) && reason !== 'counts_differ'

async function* lettersOf(ctx: ServiceContext, input: ReplayInput): AsyncGenerator<DeadLetterRow[]> {
  if ('ids' in input) {
    const found = (await findLetters(ctx.db, input.ids)).filter(({ resolvedAt }) => resolvedAt === null)
    const missing = input.ids.find((id) => !found.some((letter) => letter.id === id))
    if (missing !== undefined) throw notThere(missing)
    for (let start = 0; start < found.length; start += TOGETHER) yield found.slice(start, start + TOGETHER)
    return
  }
  const filter = { ...input.filter, state: 'open' as const }
  for (let after = 0n; ;) {
    const letters = await listLettersAfter(ctx.db, filter, { after, limit: TOGETHER })
    if (letters.length > 0) yield letters
    const last = letters.at(-1)
    if (letters.length < TOGETHER || !last) return
    after = last.id
  }
}

interface Replay {
  readonly actor: string
  readonly road: Road
  readonly letters: readonly DeadLetterRow[]
}

async function replay(ctx: ServiceContext, { actor, road, letters }: Replay): Promise<Tried[]> {
  if (letters.length === 0) return []
  const job = withActor(ctx, { kind: 'system', job: 'dead-letters' })
  const items = letters.map(({ payload }) => ({ raw: payload }))
  const { refusals, differing } = await storeItems(job, road, judgeItems(job, { road, items }, 0))
  const refused = new Map([...refusals, ...differing].map((refusal) => [refusal.index, refusal]))
  const tried = letters.map(({ id }, i): Tried => {
    const refusal = refused.get(i)
    return refusal
      ? { id, reason: refusal.reason, detail: refusal.detail, isResolved: false }
      : { id, reason: '', detail: null, isResolved: true }
  })
  await noteOutcome(ctx, actor, tried)
  return tried
}

/** A crash before it leaves the letters open: their calls are known then, and the next replay resolves them. */
const noteOutcome = (ctx: ServiceContext, actor: string, tried: readonly Tried[]): Promise<void> =>
  withTransaction(ctx, async (tx) => {
    const open = await lockOpenLetters(
      tx.db,
      tried.map(({ id }) => id),
    )
    const isOpen = new Set(open.map(({ id }) => id))
    const ours = tried.filter(({ id }) => isOpen.has(id))
    const resolved = ours.filter(({ isResolved }) => isResolved).map(({ id }) => id)
    const at = tx.clock()
    const replayed = { action: 'replayed' as const, actor, at, reason: null, payloadBefore: null }
    await insertActions(
      tx.db,
      resolved.map((letterId) => ({ ...replayed, letterId })),
    )
    await resolveLetters(tx.db, resolved, { resolvedAt: at, resolution: 'replayed' })
    for (const { id, isResolved, ...why } of ours) if (!isResolved) await setReason(tx.db, id, why)
  })
