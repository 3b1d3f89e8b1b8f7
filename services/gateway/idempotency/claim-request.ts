import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { claimRow, deleteClaim, endWithoutAnswer, type RequestRow, saveAnswer, takeOver, touchLease } from './store.ts'

/** Answers are kept for so long. */
const KEPT_MS = 24 * 3_600_000
/** A process that says nothing for so long has died. */
const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 3
const RETRY_SECONDS = 2
/** Somebody else may take what was free a moment ago. */
const TRIES = 3

export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly answer: Buffer
}

export interface ClaimInput {
  /** `account:<id>` or `vault:<number>`: keys of others are other keys. */
  readonly payer: string
  readonly key: string
  readonly bodyHash: string
  readonly requestId: string
}

export interface OwnClaim {
  readonly kind: 'own'
  /** The first try's, also when this is a later one: it is what keeps the request from being paid twice. */
  readonly requestId: string
  /** Whether an earlier try began it, and may have been sent: nobody knows what that one costs. */
  readonly isResumed: boolean
  /** Keeps the answer for those who ask again; null: it is too large, and they are told so. */
  finish(answer: KeptAnswer | null): Promise<void>
  /** Nothing was done and nothing charged: the next try is a new request. */
  release(): Promise<void>
  /** Nobody knows what was done: the next try goes on where this one ended. */
  abandon(): Promise<void>
}

export type Claim = OwnClaim | ({ readonly kind: 'answered' } & KeptAnswer)

const conflict = (): AppError =>
  new AppError('idempotency_conflict', 'This Idempotency-Key was used for another request. Use a new one.')

const notKept = (): AppError =>
  new AppError(
    'idempotency_conflict',
    'This request was answered and paid once. Its answer was too large to keep, or newer ones took its place.',
  )

const inProgress = (): AppError =>
  new AppError('request_in_progress', 'The first request with this Idempotency-Key is still under way. Wait for it.', {
    details: { retryAfterSeconds: RETRY_SECONDS },
  })

/** Begins a request under its Idempotency-Key, once: whoever comes later gets the answer, or is told to wait. */
export async function claimRequest(ctx: ServiceContext, input: ClaimInput): Promise<Claim> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const now = ctx.clock()
    const row: RequestRow = {
      ...input,
      state: 'running',
      leasedUntil: new Date(now.getTime() + LEASE_MS),
      status: null,
      headers: null,
      answer: null,
      keptBytes: null,
      createdAt: now,
      expiresAt: new Date(now.getTime() + KEPT_MS),
    }
    const known = await claimRow(ctx.db, row)
    if (known === null) return ownClaim(ctx, input, { requestId: input.requestId, isResumed: false })
    if (known.expiresAt <= now) {
      await deleteClaim(ctx.db, known)
      continue
    }
    if (known.bodyHash !== input.bodyHash) throw conflict()
    const { status, headers, answer } = known
    if (status !== null && headers !== null && answer !== null) return { kind: 'answered', status, headers, answer }
    if (known.state === 'done') throw notKept()
    if (known.leasedUntil > now) throw inProgress()
    const { requestId } = known
    if (await takeOver(ctx.db, known, row.leasedUntil)) return ownClaim(ctx, input, { requestId, isResumed: true })
  }
  throw inProgress()
}

function ownClaim(
  ctx: ServiceContext,
  { payer, key }: ClaimInput,
  { requestId, isResumed }: Pick<OwnClaim, 'requestId' | 'isResumed'>,
): OwnClaim {
  const place = { payer, key, requestId }
  const tell = (work: Promise<void>): Promise<void> =>
    work.catch((err: unknown) => ctx.log.warn({ err, requestId }, 'an Idempotency-Key could not be looked after'))
  const renew = (ms: number): Promise<void> => tell(touchLease(ctx.db, place, new Date(ctx.clock().getTime() + ms)))
  const timer = setInterval(() => void renew(LEASE_MS), LEASE_MS / RENEWALS_PER_LEASE)
  timer.unref()
  const end = (work: () => Promise<void>): Promise<void> => {
    clearInterval(timer)
    return tell(work())
  }
  return {
    kind: 'own',
    requestId,
    isResumed,
    finish: (kept) => end(() => (kept ? saveAnswer(ctx, place, kept) : endWithoutAnswer(ctx.db, place))),
    release: () => end(() => deleteClaim(ctx.db, place)),
    abandon: () => end(() => renew(0)),
  }
}
