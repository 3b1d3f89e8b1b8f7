import { createHash } from 'node:crypto'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type DemoSubscription, demoSubscriptions } from './cast.ts'
import { callNowAndThen, type LiveCaller } from './live-traffic.ts'
import { confirmKey, customerSigner, makeKey, openVault } from './open-subscription.ts'
import { pastUsage } from './past-usage.ts'
import { type DemoRecord, keepRecord, readRecord } from './record.ts'

export interface DemoOptions {
  /** Where it keeps what it made. */
  readonly file: string
  /** Told how far the preparation is. */
  readonly onProgress: (doing: string) => void
}

const batchSize = 500

/** Subscriptions of several customers with a year of usage behind each: those that are missing are made. */
export async function prepareDemo(ctx: ServiceContext, { file, onProgress }: DemoOptions): Promise<LiveCaller[]> {
  const record = readRecord(file, ctx.deploymentId, ctx.clock())
  const keep = () => keepRecord(file, record)
  const callers: LiveCaller[] = []
  for (const plan of demoSubscriptions) {
    onProgress(`opening the subscription ${plan.serviceName}`)
    const owner = await customerSigner(ctx, plan.customer, record)
    keep()
    const { secret, entry } = await subscriptionWithKey(ctx, { plan, owner, record, keep })
    if (!entry.isToldUp) {
      await tellPast(ctx, { plan, secret, until: new Date(record.until), onProgress })
      entry.isToldUp = true
      keep()
    }
    callers.push({ plan, secret })
  }
  return callers
}

/** Plays the live traffic of all subscriptions until the signal. */
export async function playDemo(
  ctx: ServiceContext,
  callers: readonly LiveCaller[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(callers.map((caller) => callNowAndThen(ctx, caller, signal)))
}

interface Opening {
  readonly plan: DemoSubscription
  readonly owner: Signer
  readonly record: DemoRecord
  readonly keep: () => void
}

type Entry = DemoRecord['subscriptions'][number]

async function subscriptionWithKey(
  ctx: ServiceContext,
  { plan, owner, record, keep }: Opening,
): Promise<{ secret: string; entry: Entry }> {
  const known = record.subscriptions.find(({ serviceName }) => serviceName === plan.serviceName)
  const entry = known ?? (await newEntry(ctx, plan, owner))
  if (!known) record.subscriptions.push(entry)
  keep()
  const vaultId = BigInt(entry.vaultId)
  entry.secret ??= await makeKey(ctx, vaultId, owner)
  keep()
  await confirmKey(ctx, vaultId, owner)
  return { secret: entry.secret, entry }
}

async function newEntry(ctx: ServiceContext, plan: DemoSubscription, owner: Signer): Promise<Entry> {
  const vaultId = await openVault(ctx, plan, owner)
  return { serviceName: plan.serviceName, vaultId: vaultId.toString(), secret: null, isToldUp: false }
}

interface Past {
  readonly plan: DemoSubscription
  readonly secret: string
  readonly until: Date
  readonly onProgress: DemoOptions['onProgress']
}

/** Hands the past to the collector's own verb, so it is stored, metered and settled like any usage. */
async function tellPast(ctx: ServiceContext, { plan, secret, until, onProgress }: Past): Promise<void> {
  const keyHash = createHash('sha256').update(secret).digest('hex')
  const seed = demoSubscriptions.indexOf(plan) + 1
  const webhookSecret = ctx.env.litellm.webhookSecret
  const calls = [...pastUsage({ subscription: plan, keyHash, webhookSecret, until, seed })]
  for (let start = 0; start < calls.length; start += batchSize) {
    onProgress(`a year of ${plan.serviceName}, ${start} of ${calls.length} calls`)
    await ingest(ctx, calls.slice(start, start + batchSize))
  }
}

async function ingest(ctx: ServiceContext, calls: readonly UsageEventWire[]): Promise<void> {
  const { rejected } = await ingestEvents(ctx, { road: 'plugin', items: calls.map((raw) => ({ raw })) })
  const [first] = rejected
  if (first) throw new Error(`The collector refused a call of the demonstration: ${first.reason} ${first.detail ?? ''}`)
}
