import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { pollKeys } from './poll-spend-logs.ts'
import { POLL_KIND } from './request-poll.ts'
import { findPoll, listKeysOfVault, updatePoll } from './store.ts'

/** LiteLLM writes its rows in batches: a hint may be here before its row, so an empty poll looks again. */
const LOOK_AGAIN_MS = 4_000
const LOOK_AGAIN_FOR_MS = 14_000

/** Carries out polls that hints asked for. */
export const pollHandler: OutboxHandler = {
  kind: POLL_KIND,
  batch: 5,
  async handle(ctx, messages) {
    const outcomes = new Map<bigint, Outcome>()
    for (const message of messages) outcomes.set(message.id, await runPoll(ctx, message))
    return outcomes
  },
}

async function runPoll(ctx: ServiceContext, { payload }: ClaimedMessage): Promise<Outcome> {
  const poll = await findPoll(ctx.db, String(payload['pollId']))
  if (!poll || poll.deploymentId !== ctx.deploymentId) return { kind: 'done' }
  await updatePoll(ctx.db, poll.id, { status: 'running', startedAt: poll.startedAt ?? ctx.clock() })
  const { found, stored, failed } = await pollKeys(ctx, await listKeysOfVault(ctx.db, ctx.deploymentId, poll.vaultId))
  if (failed > 0) {
    const error = 'LiteLLM could not be read'
    await updatePoll(ctx.db, poll.id, { status: 'failed', finishedAt: ctx.clock(), error })
    return { kind: 'error', error }
  }
  const waited = ctx.clock().getTime() - poll.requestedAt.getTime()
  if (stored === 0 && waited < LOOK_AGAIN_FOR_MS) {
    await updatePoll(ctx.db, poll.id, { found })
    return { kind: 'later', afterMs: LOOK_AGAIN_MS }
  }
  await updatePoll(ctx.db, poll.id, { status: 'done', found, finishedAt: ctx.clock(), error: null })
  return { kind: 'done' }
}

export interface PollView {
  readonly id: string
  readonly status: 'pending' | 'running' | 'done' | 'failed'
  readonly found: number | null
}

/** What is none is not looked for: the database takes no NUL. */
const POLL_ID = /^poll_[0-9a-f]{24}$/

/** How a poll stands. Throws `not_found`. */
export async function getPoll(ctx: ServiceContext, id: string): Promise<PollView> {
  const poll = POLL_ID.test(id) ? await findPoll(ctx.db, id) : null
  if (!poll || poll.deploymentId !== ctx.deploymentId) throw new AppError('not_found', 'There is no such poll.')
  return { id: poll.id, status: poll.status, found: poll.found }
}
