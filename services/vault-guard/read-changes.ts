import * as z from 'zod'
import { chainInteger } from '#lib/flow/chain-values.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** After each of these a key may have to be blocked or freed. */
export const EVENTS = [
  'UsageBasedSubscriptions.Deposited',
  'UsageBasedSubscriptions.CreditGranted',
  'UsageBasedSubscriptions.ReadingSettled',
  'UsageBasedSubscriptions.Refunded',
  'UsageBasedSubscriptions.VaultTransferred',
  'UsageBasedSubscriptions.VaultClosed',
  'VaultControls.CapSet',
  'VaultControls.ExpirySet',
  'VaultControls.Paused',
  'VaultControls.Resumed',
  'VaultControls.ReturnRequested',
  'VaultControls.ReturnCancelled',
] as const

const ofVault = z.looseObject({ id: chainInteger })

/** Vaults that something happened to in a range of heights, both included. */
export async function readChanges(ctx: ServiceContext, from: number, to: number): Promise<Set<bigint>> {
  const changed = new Set<bigint>()
  for (const name of EVENTS) {
    const events = await ctx.chain.events(ctx.chain.eventType(name), from, to)
    for (const { data } of events) changed.add(ofVault.parse(data).id)
  }
  return changed
}
