import { setTimeout as sleep } from 'node:timers/promises'
import { eq, inArray } from 'drizzle-orm'
import type { ServiceContext } from '#services/platform/context.ts'
import { events } from '#services/platform/db/schema/index.ts'
import { failingModel } from './metered-litellm.ts'
import type { Customer } from './llm-calls.ts'

/** A call of each kind that keys may make. */
const KINDS: readonly ((customer: Customer, i: number) => Promise<unknown>)[] = [
  (customer) => customer.chat(),
  (customer, i) => customer.chat({ model: 'claude-3-opus', messages: [{ role: 'user', content: `Number ${i}` }] }),
  (customer) => customer.chat({ model: 'gpt-4o', stream: true }),
  (customer, i) => customer.post('/v1/embeddings', { model: 'text-embedding-3-small', input: `hello ${i}` }),
  (customer) => customer.chat({ model: 'llama-3-70b' }),
  (customer) => customer.chat({ model: 'claude-3-5-haiku', stream: true, stream_options: { include_usage: true } }),
  (customer) => customer.chat({ model: failingModel }),
  (customer) => customer.chat({ model: 'gpt-3.5-turbo', user: 'somebody', metadata: { tags: ['a'] } }),
  (customer) => customer.chat({ model: 'no-such-model' }),
  (customer, i) =>
    customer.chat({ model: 'gpt-4', cache: { 'use-cache': true }, messages: [{ role: 'user', content: `${i % 3}` }] }),
]

/** Makes so many calls of all kinds, in turns of the customers, several at a time. */
export async function playCalls(customers: readonly Customer[], count: number, atOnce = 8): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const customer = customers[i % customers.length]
      const kind = KINDS[Math.floor(i / customers.length) % KINDS.length]
      if (customer && kind) await kind(customer, i)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Waits until so many events of keys are stored. */
export async function untilStored(ctx: ServiceContext, hashes: readonly string[], count: number): Promise<number> {
  for (const deadline = Date.now() + 60_000 + count * 10; ; await sleep(200)) {
    const stored = await ctx.db.$count(events, inArray(events.keyHash, [...hashes]))
    if (stored >= count || Date.now() > deadline) return stored
  }
}

/** Waits until LiteLLM's totals of the last hour's days and its log have so many calls of a key. */
export async function untilBooked(ctx: ServiceContext, keyHash: string, calls: number, rows = calls): Promise<void> {
  const began = Date.now() - 3_600_000
  const days = () => [...new Set([began, Date.now()].map((at) => new Date(at).toISOString().slice(0, 10)))]
  const window = { from: new Date(began), to: new Date(Date.now() + 60_000), keyHash, pageSize: 1 }
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(300)) {
    const totals = await Promise.all(days().map((day) => ctx.litellm.dayTotals(day, keyHash)))
    const calledIn = (day: (typeof totals)[number]) => Number(day?.successes ?? 0) + Number(day?.failures ?? 0)
    const counted = totals.reduce((sum, day) => sum + calledIn(day), 0)
    if (counted >= calls && (await ctx.litellm.spendLogs(window)).total >= rows) return
  }
  throw new Error(`LiteLLM's books do not have ${calls} calls of ${keyHash}.`)
}

export const eventsOfKey = (ctx: ServiceContext, keyHash: string) =>
  ctx.db.select().from(events).where(eq(events.keyHash, keyHash)).orderBy(events.startedAt)
