import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { usd } from '#lib/money/units.ts'
import { createGateway } from '#services/gateway/index.ts'
import { expectBooksBalance } from '#tests/support/credit-books.ts'
import { cents, type CreditCustomer, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'

const COST = usd(1_500n)
const MIB = 1024 * 1024
let world: GatewayWorld
let customer: CreditCustomer

beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(async () => {
  world.gateway = createGateway(world.ctx)
  world.upstream.heard.length = 0
  says(5)
  customer = await world.customer(cents(100))
})
afterEach(() => expectBooksBalance(world.ctx))
afterAll(() => world[Symbol.asyncDispose]())

function says(length: number): void {
  world.upstream.plan = { ...world.upstream.plan, content: 'x'.repeat(length), chunks: 3 }
}
const chat = (key: string, more = {}) => customer.chat(more, { 'idempotency-key': key })
const spent = async (): Promise<bigint> => cents(100) - (await customer.account()).balance
const kept = async () => {
  const { rows } = await world.ctx.db.execute<{ bytes: string; answers: string }>(sql`
    select coalesce(sum(octet_length(answer)), 0) as bytes, count(answer) as answers from gateway_requests
    where payer = ${`account:${customer.id}`}`)
  return { bytes: Number(rows[0]?.bytes), answers: Number(rows[0]?.answers) }
}

describe('an answer above 1 MiB', () => {
  test.each([
    ['whole', {}, MIB],
    ['a stream', { stream: true }, MIB / 2],
  ])(
    'that is %s reaches its caller and is not kept: a retry is told that it was paid once',
    async (_name, more, length) => {
      says(length)
      expect((await (await chat('one', more)).text()).length).toBeGreaterThan(MIB)
      for (const _ of [1, 2]) {
        const again = await chat('one', more)
        expect([again.status, again.headers.get('x-should-retry')]).toEqual([409, 'false'])
        expect(await again.json()).toMatchObject({
          error: { code: 'idempotency_conflict', message: expect.stringContaining('paid once') },
        })
      }
      expect([world.upstream.heard.length, await spent(), (await kept()).bytes]).toEqual([1, COST, 0])
    },
  )

  test('is kept if it is a little shorter', async () => {
    says(MIB - 1_000)
    const first = await chat('one')
    const again = await chat('one')
    expect(again.headers.get('x-flareflow-replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
  })
})

describe('answers that are kept for a payer', () => {
  test('are 64 MiB at most, at two gateways at once: the oldest go, and none is charged twice', async () => {
    says(MIB - 1_000)
    const gateways = [createGateway(world.ctx), createGateway(world.ctx)]
    for (let round = 0; round < 9; round += 1) {
      const wanted = Array.from({ length: 8 }, (_, i) => {
        world.gateway = gateways[i % 2] ?? world.gateway
        return chat(`${round}-${i}`)
      })
      for (const answer of await Promise.all(wanted)) expect((await answer.text()).length).toBeGreaterThan(MIB - 1_000)
    }
    const { bytes, answers } = await kept()
    expect(bytes).toBeLessThanOrEqual(64 * MIB)
    expect(answers).toBeGreaterThanOrEqual(62)
    expect(answers).toBeLessThanOrEqual(64)
    expect((await chat('0-0')).status).toBe(409)
    expect((await chat('8-7')).headers.get('x-flareflow-replayed')).toBe('true')
    expect([world.upstream.heard.length, await spent()]).toEqual([72, 72n * COST])
  }, 120_000)

  test('of one payer are not in the way of another’s', async () => {
    await chat('one')
    await world.ctx.db.execute(sql`update gateway_requests set kept_bytes = kept_bytes + ${64 * MIB}`)
    const first = customer
    customer = await world.customer(cents(100))
    await chat('one')
    expect((await kept()).answers).toBe(1)
    customer = first
    await chat('two')
    expect((await kept()).answers).toBe(2)
  })
})
