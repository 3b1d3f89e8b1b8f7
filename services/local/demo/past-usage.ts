import { createHash } from 'node:crypto'
import { mintEventId } from '#lib/metering/event-id.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { localModels } from '../litellm/local-models.ts'
import { type DemoSubscription, endUsers, features } from './cast.ts'
import { pickByShare, seededRandom } from './random.ts'

export interface PastUsage {
  readonly subscription: DemoSubscription
  readonly keyHash: string
  /** Signs the events' ids, as LiteLLM's plug-in does. */
  readonly webhookSecret: string
  /** The last moment of the past. */
  readonly until: Date
  readonly seed: number
}

const dayMs = 86_400_000
const days = 365
const weekendShare = 0.35
const shareAYearAgo = 0.3
/** Of the tokens of a call. */
const inputShare = 0.75

/** A year of calls up to a moment, oldest first. The same input gives the same calls with the same ids. */
export function* pastUsage(past: PastUsage): Generator<UsageEventWire> {
  const random = seededRandom(past.seed)
  const midnight = Math.floor(past.until.getTime() / dayMs) * dayMs
  let number = 0
  for (let day = -days; day <= 0; day += 1) {
    const startOfDay = midnight + day * dayMs
    const calls = Math.round(past.subscription.callsPerDay * weekdayShare(startOfDay) * (0.6 + 0.8 * random()))
    const growth = shareAYearAgo + (1 - shareAYearAgo) * ((day + days) / days)
    const times = Array.from({ length: calls }, () => startOfDay + timeOfDay(random)).toSorted((a, b) => a - b)
    for (const time of times) {
      number += 1
      if (time <= past.until.getTime()) yield callAt(past, { time, growth, number, random })
    }
  }
}

const weekdayShare = (time: number) => ([0, 6].includes(new Date(time).getUTCDay()) ? weekendShare : 1)

/** Most calls fall into the working hours. */
const timeOfDay = (random: () => number) => Math.floor((0.3 + 0.35 * (random() + random())) * dayMs) % dayMs

interface Call {
  readonly time: number
  readonly growth: number
  readonly number: number
  readonly random: () => number
}

function callAt({ subscription, keyHash, webhookSecret, seed }: PastUsage, call: Call): UsageEventWire {
  const { time, growth, number, random } = call
  const model = pickByShare(subscription.models, random())
  const average = subscription.monthlyTokens / (subscription.callsPerDay * 30 * averageWeekday)
  const tokens = Math.max(2, Math.round(average * growth * (0.4 + 1.2 * random())))
  const inputTokens = model.includes('embedding') ? tokens : Math.round(tokens * inputShare)
  const latencyMs = 300 + Math.floor(random() * 4_000)
  const nonce = createHash('sha256').update(`${seed} ${keyHash} ${number}`).digest('hex').slice(0, 32)
  const served = localModels.find(({ name }) => name === model)?.served ?? model
  return {
    id: mintEventId(webhookSecret, nonce, keyHash),
    callId: `demo-${nonce}`,
    keyHash,
    startedAt: new Date(time).toISOString(),
    endedAt: new Date(time + latencyMs).toISOString(),
    model,
    servedModel: served,
    provider: served.split('/')[0],
    inputTokens: String(inputTokens),
    outputTokens: String(tokens - inputTokens),
    status: 'success',
    latencyMs,
    endUser: pickByShare(endUsers, random()),
    feature: pickByShare(features, random()),
  }
}

/** Five working days and two of a weekend. */
const averageWeekday = (5 + 2 * weekendShare) / 7
