import { setTimeout as sleep } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServiceContext } from '#services/platform/context.ts'
import { outbox } from '#services/platform/db/schema/index.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { dispatchOutbox, type OutboxHandler, type Outcome, retryDelayMs } from '#services/platform/outbox/dispatch.ts'
import { leaveWill, replaceWill, revokeWill } from '#services/platform/outbox/last-will.ts'
import { getOutboxLag } from '#services/platform/outbox/lag.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'

let opened: TestContext
let ctx: ServiceContext
let now = new Date('2026-11-21T12:00:00Z')

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now })
  ctx = opened.ctx
})
beforeEach(() => ctx.db.delete(outbox))
afterAll(() => opened[Symbol.asyncDispose]())

const add = (...names: string[]) =>
  addToOutbox(
    ctx,
    names.map((name) => ({ kind: 'test', dedupe: name, payload: { name } })),
  )
const row = async (name: string) => (await ctx.db.select().from(outbox).where(eq(outbox.dedupe, name)))[0]
const pass = (ms: number) => void (now = new Date(now.getTime() + ms))

function handlerOf(outcome: (name: string) => Outcome | Promise<Outcome>, batch = 10) {
  const seen: string[] = []
  const handler: OutboxHandler = {
    kind: 'test',
    batch,
    async handle(_, messages) {
      const outcomes = new Map<bigint, Outcome>()
      for (const { id, payload } of messages) {
        seen.push(String(payload['name']))
        outcomes.set(id, await outcome(String(payload['name'])))
      }
      return outcomes
    },
  }
  return { handler, seen }
}
const done = (): Outcome => ({ kind: 'done' })

describe('a message is decided once', () => {
  test('with the transaction it belongs to, or not at all', async () => {
    const failing = withTransaction(ctx, async (tx) => {
      await addToOutbox(tx, [{ kind: 'test', dedupe: 'a', payload: {} }])
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await row('a')).toBeUndefined()
  })

  test('however often it is added', async () => {
    await add('a', 'b')
    await add('a')
    const { handler, seen } = handlerOf(done)
    await dispatchOutbox(ctx, handler)
    await add('a')
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual(['a', 'b'])
  })
})

describe('a message is carried out', () => {
  test('by one of eight dispatchers that look at once', async () => {
    await add(...Array.from({ length: 40 }, (_, i) => `m${i}`))
    const { handler, seen } = handlerOf(async () => {
      await sleep(2)
      return { kind: 'done' }
    }, 3)
    const all = async () => {
      while ((await dispatchOutbox(ctx, handler)) > 0);
    }
    await Promise.all(Array.from({ length: 8 }, all))
    expect(seen.toSorted()).toEqual(Array.from({ length: 40 }, (_, i) => `m${i}`).toSorted())
    expect(await getOutboxLag(ctx)).toBe(0)
  })

  test('again after an error, later each time, while others go on', async () => {
    await add('bad', 'good')
    const { handler, seen } = handlerOf((name) => (name === 'bad' ? { kind: 'error', error: 'no' } : { kind: 'done' }))
    await dispatchOutbox(ctx, handler)
    expect(await row('good')).toMatchObject({ doneAt: now })
    expect(await row('bad')).toMatchObject({ attempts: 1, lastError: 'no', doneAt: null })
    expect(await dispatchOutbox(ctx, handler)).toBe(0)
    pass(retryDelayMs(1))
    await dispatchOutbox(ctx, handler)
    expect(await row('bad')).toMatchObject({ attempts: 2, runAt: new Date(now.getTime() + retryDelayMs(2)) })
    expect(seen).toEqual(['bad', 'good', 'bad'])
    expect([1, 2, 3, 99].map(retryDelayMs)).toEqual([1_000, 2_000, 4_000, 60_000])
  })

  test('later, without counting as an error', async () => {
    await add('a')
    await dispatchOutbox(ctx, handlerOf(() => ({ kind: 'later', afterMs: 500 })).handler)
    expect(await row('a')).toMatchObject({ attempts: 0, runAt: new Date(now.getTime() + 500) })
  })

  test('a handler that throws, or forgets one, leaves the message for later', async () => {
    await add('a')
    const broken: OutboxHandler = { kind: 'test', batch: 1, handle: () => Promise.reject(new Error('broken')) }
    await dispatchOutbox(ctx, broken)
    expect(await row('a')).toMatchObject({ attempts: 1, lastError: 'broken' })
    pass(60_000)
    await dispatchOutbox(ctx, { ...broken, handle: async () => new Map() })
    expect(await row('a')).toMatchObject({ attempts: 2, lastError: 'the handler gave no outcome' })
  })
})

/** The lease of every claim ends now. */
const endLeases = () => ctx.db.update(outbox).set({ leasedUntil: sql`now()` })

describe('a worker that is paused past its claim', () => {
  test('changes nothing: the claim of the next one has another fence', async () => {
    await add('a')
    const late = Promise.withResolvers<Outcome>()
    const began = Promise.withResolvers<void>()
    const paused = dispatchOutbox(ctx, handlerOf(() => (began.resolve(), late.promise)).handler)
    await began.promise
    await endLeases()
    await dispatchOutbox(ctx, handlerOf(() => ({ kind: 'later', afterMs: 1_000 })).handler)
    const after = await row('a')
    late.resolve({ kind: 'done' })
    await paused
    expect(await row('a')).toEqual(after)
  })
})

describe('a last will', () => {
  const leave = (afterMs = 1_000) =>
    leaveWill(ctx, { kind: 'test', dedupe: 'w', payload: { name: 'will' }, runAt: new Date(now.getTime() + afterMs) })
  const replace = (name: string) => replaceWill(ctx, { kind: 'test', dedupe: 'w', payload: { name } })

  test('is carried out when its time has come, and once', async () => {
    expect(await leave()).toBe(true)
    const { handler, seen } = handlerOf(done)
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual([])
    expect(await leave(2_000)).toBe(true)
    pass(1_000)
    await dispatchOutbox(ctx, handler)
    pass(1_000)
    expect(await leave()).toBe(false)
    await dispatchOutbox(ctx, handler)
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual(['will'])
  })

  test('gives way to the first effect that is told, and to none that was revoked', async () => {
    await leave()
    await replace('first')
    await replace('second')
    expect(await leave()).toBe(false)
    await revokeWill(ctx, 'w')
    pass(1_000)
    const { handler, seen } = handlerOf(done)
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual(['first'])
    await ctx.db.delete(outbox)
    await leave()
    await revokeWill(ctx, 'w')
    pass(1_000)
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual(['first'])
  })

  test('that is replaced while it is carried out leaves the effect to be carried out', async () => {
    await leave(0)
    const { handler, seen } = handlerOf(async (name) => {
      if (name === 'will') await replace('effect')
      return done()
    })
    await dispatchOutbox(ctx, handler)
    await dispatchOutbox(ctx, handler)
    expect(seen).toEqual(['will', 'effect'])
  })
})

describe('a claim counts by the clock of the database', () => {
  const atClock = (minutes: number): ServiceContext => ({
    ...ctx,
    clock: () => new Date(now.getTime() + minutes * 60_000),
  })

  /** How many workers, with clocks that are apart by so many minutes, take a message that is being worked on. */
  async function takers(dispatch: (ctx: ServiceContext, handler: OutboxHandler) => Promise<number>): Promise<number> {
    await add('a')
    pass(2 * 86_400_000)
    const gate = Promise.withResolvers<Outcome>()
    const began = Promise.withResolvers<void>()
    const another = Promise.withResolvers<void>()
    const { handler, seen } = handlerOf(() => {
      if (seen.length > 1) another.resolve()
      began.resolve()
      return gate.promise
    })
    const first = dispatch(ctx, handler)
    await began.promise
    const others = [-5, 5, -1_440, 1_440].map((minutes) => dispatch(atClock(minutes), handler))
    await Promise.race([Promise.all(others), another.promise])
    gate.resolve({ kind: 'done' })
    await Promise.all([first, ...others])
    return seen.length - 1
  }

  test('so workers whose clocks are apart by minutes or a day never work on the same message', async () => {
    expect(await takers(dispatchOutbox)).toBe(0)
  })

  test('and those that trust their own clocks do', async () => {
    const careless = async (own: ServiceContext, handler: OutboxHandler): Promise<number> => {
      const ahead = `${own.clock().getTime() - now.getTime()} milliseconds`
      await ctx.db
        .update(outbox)
        .set({ leasedUntil: new Date(0) })
        .where(sql`leased_until < now() + ${ahead}::interval`)
      return dispatchOutbox(own, handler)
    }
    expect(await takers(careless)).toBeGreaterThan(0)
  })
})
