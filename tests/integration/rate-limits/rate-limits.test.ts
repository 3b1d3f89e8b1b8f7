import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { createRateLimiter, keepRateLimits, type RateLimiter } from '#services/rate-limits/index.ts'
import { contextOn, createTestContext, type TestContext } from '#tests/support/context.ts'
import { databaseWithoutTurns } from '#tests/support/planted-locks.ts'
import { useRedis } from '#tests/support/stack.ts'

const LIMITS = { requestsPerMinute: 20, tokensPerMinute: 1_000, parallelRequests: 1_000 }
const QUICK_LIMIT = 5
/** A window of 3 s: what waits a minute in production waits 3 s here. */
const QUICK = { windowMs: 3_000, leaseMs: 2_000 }

describe.each(['Postgres', 'Redis'] as const)('limits that %s counts', (where) => {
  let opened: TestContext
  let ctx: ServiceContext
  let limiter: RateLimiter
  let subject: string

  beforeAll(async () => {
    const variables = where === 'Redis' ? { REDIS_URL: (await useRedis()).url } : {}
    opened = await createTestContext({ variables })
    ctx = opened.ctx
  })
  afterAll(() => opened[Symbol.asyncDispose]())
  beforeEach(() => {
    subject = `account:${randomHex(8)}`
    limiter = createRateLimiter(ctx)
    onTestFinished(() => limiter.close())
  })

  const ask = (more: { limits?: object; tokens?: bigint; subject?: string; by?: RateLimiter } = {}) => {
    const { limits = {}, tokens = 1n, by = limiter, subject: whose = subject } = more
    return by.admit({ subject: whose, requestId: randomHex(8), tokens, limits: { ...LIMITS, ...limits } })
  }
  const many = (count: number, more = {}) => Promise.all(Array.from({ length: count }, () => ask(more)))
  const admitted = (answers: { ok: boolean }[]) => answers.filter(({ ok }) => ok).length

  test('let in exactly the limit of ten times as many at once, and tell the rest when', async () => {
    const answers = await many(200)
    expect(admitted(answers)).toBe(20)
    for (const answer of answers) {
      if (answer.ok) continue
      expect(answer).toMatchObject({ limit: 'requests', isTooLarge: false })
      expect(answer.retryAfterMs).toBeGreaterThan(50_000)
      expect(answer.retryAfterMs).toBeLessThanOrEqual(61_000)
    }
  })

  test('hold in every span as long as the window, and a retry after the time that was told is let in', async () => {
    const quick = createRateLimiter(ctx, QUICK)
    onTestFinished(() => quick.close())
    const passed: { asked: number; answered: number }[] = []
    const end = Date.now() + 9_000
    while (Date.now() < end) {
      const asked = Date.now()
      const answer = await ask({ by: quick, limits: { requestsPerMinute: QUICK_LIMIT } })
      if (answer.ok) passed.push({ asked, answered: Date.now() })
      else if (passed.length % 2 === 0) await sleep(37)
      else await sleep(answer.retryAfterMs)
    }
    // Each was counted between these two times.
    const spans = passed.slice(QUICK_LIMIT).map(({ answered }, i) => answered - (passed[i]?.asked ?? 0))
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(QUICK.windowMs - 40)
    // Fifteen, where nothing else keeps the machine.
    expect(passed.length).toBeGreaterThan(QUICK_LIMIT)
  })

  test('count tokens, and what a request didn’t use comes back when it ends', async () => {
    const first = await ask({ tokens: 900n })
    expect(await ask({ tokens: 101n })).toMatchObject({ ok: false, limit: 'tokens' })
    if (!first.ok) throw new Error('The first fits.')
    await first.release(50n)
    await first.release(0n)
    expect(await ask({ tokens: 950n })).toMatchObject({ ok: true })
    expect(await ask({ tokens: 1n })).toMatchObject({ ok: false, limit: 'tokens' })
  })

  test('say of a request that alone is too large that no wait will help', async () => {
    expect(await ask({ tokens: 1_001n })).toMatchObject({ ok: false, limit: 'tokens', isTooLarge: true })
    expect(await ask({ tokens: 1_000n })).toMatchObject({ ok: true })
  })

  test('let so many be in flight, and another once one ends', async () => {
    const answers = await many(20, { limits: { parallelRequests: 3 } })
    expect(admitted(answers)).toBe(3)
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ limit: 'parallel' })
    const [one] = answers.filter((answer) => answer.ok)
    await one?.release()
    expect(admitted(await many(5, { limits: { parallelRequests: 3 } }))).toBe(1)
  })

  test('count nothing for what was refused', async () => {
    await many(20, { limits: { parallelRequests: 1 } })
    expect(admitted(await many(40))).toBe(19)
  })

  test('leave others alone', async () => {
    await many(200)
    expect(await ask({ subject: `${subject}2` })).toMatchObject({ ok: true })
  })

  test('take any text for a subject', async () => {
    for (const odd of ['a}b{c', 'a:b|c d', 'ü\u{1f600}', `'; drop table rate_slices --`]) {
      const whose = `${odd}${randomHex(4)}`
      expect(admitted(await many(30, { subject: whose }))).toBe(20)
    }
  })

  const burst = (requests: number, most: number, waitMs: number) => {
    const args = ['tests/support/rate-burst.ts', subject, String(requests), String(most), String(waitMs)]
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...opened.variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, admitted: once(child.stdout, 'data').then(([text]) => Number(String(text))) }
  }

  test('are shared by processes: two bursts at once pass the limit once', async () => {
    const counts = await Promise.all([burst(200, 30, 0).admitted, burst(200, 30, 0).admitted])
    expect(counts[0] + counts[1]).toBe(30)
  })

  test('free the places of a process that was killed, not those of one that lives', async () => {
    const { child, admitted: places } = burst(4, 100, 60_000)
    expect(await places).toBe(4)
    const limits = { parallelRequests: 5, requestsPerMinute: 1_000 }
    await sleep(2 * QUICK.leaseMs)
    expect(admitted(await many(5, { limits }))).toBe(1)
    child.kill('SIGKILL')
    await sleep(QUICK.leaseMs + 300)
    expect(admitted(await many(5, { limits }))).toBe(4)
  })
})

test('while Redis hangs, Postgres counts; afterwards Redis does again', async () => {
  const { url, pid } = await useRedis()
  const opened = await createTestContext({ variables: { REDIS_URL: url, LOG_LEVEL: 'silent' } })
  const limiter = createRateLimiter(opened.ctx)
  onTestFinished(async () => {
    await limiter.close()
    await opened[Symbol.asyncDispose]()
  })
  const limits = { ...LIMITS, requestsPerMinute: 3 }
  const ask = () => limiter.admit({ subject: 'one', requestId: randomHex(8), tokens: 1n, limits })
  const rows = async () => (await opened.ctx.db.execute(sql`select * from rate_slices`)).rows.length
  const first = await ask()
  expect([first.ok, await rows()]).toEqual([true, 0])
  process.kill(pid, 'SIGSTOP')
  try {
    const answers = await Promise.all(Array.from({ length: 8 }, ask))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3)
    expect(await rows()).toBe(1)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  expect(await ask()).toMatchObject({ limit: 'requests' })
  await sleep(2_200)
  const other = { subject: 'two', requestId: 'r', tokens: 1n, limits }
  expect([await limiter.admit(other), await rows()]).toMatchObject([{ ok: true }, 1])
})

test('counters of those who don’t come any more are cleared away, fresh ones are kept', async () => {
  const opened = await createTestContext()
  const limiter = createRateLimiter(opened.ctx)
  onTestFinished(async () => {
    await limiter.close()
    await opened[Symbol.asyncDispose]()
  })
  const { db } = opened.ctx
  await limiter.admit({ subject: 'fresh', requestId: 'r', tokens: 1n, limits: LIMITS })
  await db.execute(sql`insert into rate_slices values ('old', extract(epoch from now())::bigint - 62, 1, 1)`)
  await db.execute(sql`insert into rate_flights values ('old', 'p', 1, now() - interval '1 second')`)
  await keepRateLimits(opened.ctx)
  const left = await db.execute<{ subject: string }>(
    sql`select subject from rate_slices union all select subject from rate_flights`,
  )
  expect(left.rows.map((row) => row.subject)).toEqual(['fresh', 'fresh'])
})

test('requests that don’t take turns would pass the limit', async () => {
  const opened = await contextOn(await databaseWithoutTurns())
  // As many processes: within one they take turns by themselves.
  const limiters = Array.from({ length: 8 }, () => createRateLimiter(opened.ctx))
  onTestFinished(async () => {
    await Promise.all(limiters.map((limiter) => limiter.close()))
    await opened[Symbol.asyncDispose]()
  })
  // Between counting and deciding there is time for others.
  await opened.ctx.db.execute(sql`
    do $plant$ begin
      execute replace(pg_get_functiondef('count_requests'::regproc),
        'FOREACH one', 'PERFORM pg_sleep(2); FOREACH one');
    end $plant$`)
  const ask = (limiter: RateLimiter) =>
    limiter.admit({ subject: 's', requestId: randomHex(8), tokens: 1n, limits: LIMITS })
  const answers = await Promise.all(limiters.flatMap((limiter) => Array.from({ length: 10 }, () => ask(limiter))))
  expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(20)
})
