import { dayName } from '#lib/period/day-name.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { addDays, isOver } from './day-span.ts'
import { addRun } from './request-reconciliation.ts'
import { lastNight } from './store.ts'

/** Nights that were missed are made up for, so many at once. */
const MOST_DAYS = 31

/**
 * Decides the night's run once the setting's hour (UTC) has come: the day before, and the days of nights that were
 * missed. Whoever asks first decides; asking again does nothing.
 */
export async function reconcileNightly(ctx: ServiceContext): Promise<boolean> {
  requireSystem(ctx.actor)
  const now = ctx.clock()
  if (now.getUTCHours() < ctx.env.oracle.reconcileHour) return false
  const lastDay = addDays(dayName(now), -1)
  // Just after midnight LiteLLM hasn't written all of it down.
  if (!isOver(ctx, lastDay)) return false
  const done = await lastNight(ctx.db, ctx.deploymentId)
  if (done !== null && done >= lastDay) return false
  const earliest = addDays(lastDay, 1 - MOST_DAYS)
  const next = done === null ? lastDay : addDays(done, 1)
  const firstDay = next < earliest ? earliest : next
  const requestedBy = 'the nightly schedule'
  return (await addRun(ctx, { trigger: 'nightly', requestedBy, firstDay, lastDay, keyHash: null })) !== null
}
