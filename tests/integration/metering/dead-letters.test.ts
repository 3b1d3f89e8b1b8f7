import { desc, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { ChainClient } from '#services/clients/flow/index.ts'
import {
  deadLettersCommand,
  discardDeadLetters,
  fixDeadLetter,
  getDeadLetter,
  ingestEvents,
  letterQuery,
  listDeadLetters,
  replayDeadLetters,
} from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { deadLetters, events } from '#services/platform/db/schema/index.ts'
import { createTestContext, type TestContext } from '#tests/support/context.ts'
import { tablesThatHold } from '#tests/support/search-database.ts'
import { giveKey, hashOf, usageEvent } from '#tests/support/usage-events.ts'

const ADMIN = '0xf8d6e0586b0a20c7'
const STRANGER = '0x01cf0e2f2f715450'
const chain = {
  script: (_: string, { address }: { address: string }) => Promise.resolve({ admin: address === ADMIN }),
} as object as ChainClient

let opened: TestContext
/** The collector, which is also the operator's command line. */
let ctx: ServiceContext
let admin: ServiceContext
let keyHash: string
let now = new Date('2026-11-21T12:00:00Z')

beforeAll(async () => {
  opened = await createTestContext({ clock: () => now, chain })
  ctx = opened.ctx
  admin = withActor(ctx, { kind: 'user', address: ADMIN })
  keyHash = await giveKey(ctx, 7n)
})
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(() => ctx.db.execute(sql`truncate dead_letters, dead_letter_actions, events, event_identities cascade`))

const ingest = (...raws: unknown[]) => ingestEvents(ctx, { road: 'plugin', items: raws.map((raw) => ({ raw })) })
const list = (query = {}) => listDeadLetters(admin, letterQuery.parse(query))
const all = { filter: {} }
const count = () => ctx.db.$count(events)

/** Keeps an item as a dead letter, and gives its number. */
async function letterOf(raw: unknown): Promise<bigint> {
  expect(await ingest(raw)).toMatchObject({ stored: 0, rejected: [{ index: 0 }] })
  const [newest] = await ctx.db.select().from(deadLetters).orderBy(desc(deadLetters.id)).limit(1)
  return newest?.id ?? 0n
}
const uncounted = (more: Partial<UsageEventWire> = {}) => usageEvent(keyHash, { outputTokens: null, ...more })

describe('the list', () => {
  test('is filtered by reason, road, time and state, newest first, a page at a time', async () => {
    for (let i = 0; i < 5; i += 1) await letterOf(uncounted())
    now = new Date(now.getTime() + 60_000)
    const late = await letterOf(usageEvent(hashOf('nobody')))
    const first = await list({ limit: '4' })
    const second = await list({ limit: '4', before: first.next })
    expect([first.total, first.letters.length, second.letters.length, second.next]).toEqual([6, 4, 2, null])
    const ids = [...first.letters, ...second.letters].map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect(await list({ reason: 'unknown_key' })).toMatchObject({ total: 1, letters: [{ id: late.toString() }] })
    expect(await list({ from: now.toISOString() })).toMatchObject({ total: 1 })
    expect(await list({ to: now.toISOString() })).toMatchObject({ total: 5 })
    expect(await list({ road: 'poll' })).toMatchObject({ total: 0, letters: [], next: null })
    await discardDeadLetters(admin, { ids: [late], reason: 'a key of the old test' })
    expect(await list()).toMatchObject({ total: 5 })
    expect(await list({ state: 'resolved' })).toMatchObject({ total: 1, letters: [{ resolution: 'discarded' }] })
    expect(await list({ state: 'all' })).toMatchObject({ total: 6 })
  })

  test('holds the facts of a call and never its content', async () => {
    const secret = 'the prompt that nobody may keep'
    await letterOf({ ...uncounted(), messages: [{ content: secret }], model: { content: secret }, stream: [secret] })
    await letterOf(secret)
    await letterOf([secret])
    expect(await tablesThatHold(opened.variables['DATABASE_URL'] ?? '', secret)).toEqual([])
    const [, , first] = (await list()).letters
    expect(first?.payload).toMatchObject({ keyHash, outputTokens: null, content: expect.stringMatching(/^sha256:/) })
  })
})

describe('a replay', () => {
  test('stores what was wrong with nothing but the time, once', async () => {
    const unknown = hashOf('a key that is known later')
    const [early, never] = [await letterOf(usageEvent(unknown)), await letterOf(uncounted())]
    await giveKey(ctx, 8n, unknown)
    const left = [{ id: never.toString(), reason: 'missing_usage', detail: null }]
    expect(await replayDeadLetters(admin, all)).toEqual({ resolved: 1, left })
    expect(await replayDeadLetters(admin, all)).toEqual({ resolved: 0, left })
    expect(await count()).toBe(1)
    expect(await getDeadLetter(admin, { id: early })).toMatchObject({
      resolution: 'replayed',
      resolvedAt: now.toISOString(),
      actions: [{ action: 'replayed', actor: ADMIN }],
    })
  })

  test('of many at once, by several operators, stores each once', async () => {
    const unknown = hashOf('a key of many calls')
    await ingest(...Array.from({ length: 1_203 }, () => usageEvent(unknown)), uncounted())
    await giveKey(ctx, 9n, unknown)
    const results = await Promise.all([1, 2, 3].map(() => replayDeadLetters(admin, all)))
    expect(results.map(({ left }) => left.length)).toEqual([1, 1, 1])
    expect(await count()).toBe(1_203)
    expect(await list()).toMatchObject({ total: 1 })
  })

  test('of those named leaves the others, and refuses what is not open', async () => {
    const [one, two] = [await letterOf(uncounted()), await letterOf(uncounted())]
    await fixDeadLetter(admin, { id: one, payload: usageEvent(keyHash) })
    expect(await replayDeadLetters(admin, { ids: [one] })).toMatchObject({ resolved: 1, left: [] })
    expect(await list()).toMatchObject({ letters: [{ id: two.toString() }] })
    await expect(replayDeadLetters(admin, { ids: [two, one] })).rejects.toMatchObject({ code: 'not_found' })
    expect(await count()).toBe(1)
  })

  test('that is refused for another reason tells the new one, and makes no second letter', async () => {
    const id = await letterOf(usageEvent(hashOf('x'), { outputTokens: null }))
    await fixDeadLetter(admin, { id, payload: usageEvent(hashOf('x')) })
    const left = [{ id: id.toString(), reason: 'unknown_key', detail: null }]
    expect(await replayDeadLetters(admin, all)).toEqual({ resolved: 0, left })
    expect(await list({ state: 'all' })).toMatchObject({ total: 1, letters: [{ reason: 'unknown_key' }] })
  })

  test('leaves other counts of a billed call for somebody to look at', async () => {
    const call = usageEvent(keyHash)
    await ingest(call)
    await ingest({ ...call, outputTokens: '51' })
    expect(await replayDeadLetters(admin, all)).toMatchObject({ resolved: 0, left: [{ reason: 'counts_differ' }] })
  })
})

describe('a fix', () => {
  test('keeps what was there before, with who replaced it and when', async () => {
    const first = uncounted()
    const id = await letterOf(first)
    await fixDeadLetter(admin, { id, payload: { ...first, outputTokens: '7' } })
    now = new Date(now.getTime() + 1_000)
    await fixDeadLetter(ctx, { id, payload: { ...first, outputTokens: '8' } })
    expect(await getDeadLetter(admin, { id })).toMatchObject({
      payload: { outputTokens: '8' },
      resolvedAt: null,
      actions: [
        { action: 'fixed', actor: ADMIN, at: new Date(now.getTime() - 1_000).toISOString(), payloadBefore: first },
        { action: 'fixed', actor: 'command:test', payloadBefore: { outputTokens: '7' } },
      ],
    })
    expect(await replayDeadLetters(admin, { ids: [id] })).toMatchObject({ resolved: 1 })
    expect(await ctx.db.select().from(events)).toMatchObject([{ outputTokens: 8n, billableTokens: 108n }])
    expect(await ingest(first)).toMatchObject({ rejected: [{ reason: 'missing_usage' }] })
    expect(await list({ state: 'all' })).toMatchObject({ total: 1 })
    await expect(fixDeadLetter(admin, { id, payload: first })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('can make up no call: its identity must still be the minted one of its key', async () => {
    const id = await letterOf(uncounted())
    const forged = { ...usageEvent(keyHash), id: `${'0'.repeat(32)}.${'0'.repeat(32)}` }
    await fixDeadLetter(admin, { id, payload: forged })
    expect(await replayDeadLetters(admin, all)).toMatchObject({ left: [{ reason: 'identity_forged' }] })
    await fixDeadLetter(admin, { id, payload: { ...usageEvent(hashOf('z')), keyHash } })
    expect(await replayDeadLetters(admin, all)).toMatchObject({ left: [{ reason: 'identity_forged' }] })
  })
})

describe('giving up', () => {
  test('keeps the letter with the reason; the same item that comes again is not asked for again', async () => {
    const raw = uncounted()
    const id = await letterOf(raw)
    await discardDeadLetters(admin, { ids: [id], reason: 'the model never counts' })
    await ingest(raw)
    expect(await list()).toMatchObject({ total: 0 })
    expect(await getDeadLetter(admin, { id })).toMatchObject({
      resolution: 'discarded',
      actions: [{ action: 'discarded', actor: ADMIN, reason: 'the model never counts' }],
    })
  })

  test('is for all that are named, or none', async () => {
    const id = await letterOf(uncounted())
    const given = discardDeadLetters(admin, { ids: [id, 999_999n], reason: 'none of them' })
    await expect(given).rejects.toMatchObject({ code: 'not_found' })
    expect(await list()).toMatchObject({ total: 1 })
  })
})

test.each<[string, (actor: ServiceContext, id: bigint) => Promise<unknown>]>([
  ['list', (actor) => listDeadLetters(actor, letterQuery.parse({}))],
  ['show', (actor, id) => getDeadLetter(actor, { id })],
  ['fix', (actor, id) => fixDeadLetter(actor, { id, payload: {} })],
  ['replay', (actor) => replayDeadLetters(actor, all)],
  ['discard', (actor, id) => discardDeadLetters(actor, { ids: [id], reason: 'because' })],
])('nobody but the admin may %s them', async (_, act) => {
  const id = await letterOf(uncounted())
  const asked = act(withActor(ctx, { kind: 'user', address: STRANGER }), id)
  await expect(asked).rejects.toMatchObject({ code: 'not_permitted' })
  await expect(act(withActor(ctx, { kind: 'anonymous' }), id)).rejects.toMatchObject({ code: 'session_required' })
  expect(await getDeadLetter(admin, { id })).toMatchObject({ resolvedAt: null, actions: [] })
})

test('the command line does the same', async () => {
  const call = uncounted()
  const [one, two] = [await letterOf(call), await letterOf(uncounted())]
  const say = async (words: string[], more = {}): Promise<string> => {
    const command = { words, options: {}, all: false, because: '', payload: '', ...more }
    return (await Array.fromAsync(deadLettersCommand(ctx, command))).join('\n')
  }
  expect(await say(['list'], { options: { reason: 'missing_usage', limit: '1' } })).toMatch(
    new RegExp(`^ +${two} .*missing_usage\n2 dead letters\\.\nOlder ones: --before ${two}$`),
  )
  expect(await say(['fix', `${one}`], { payload: JSON.stringify({ ...call, outputTokens: '1' }) })).toContain('Replay')
  expect(await say(['replay'], { all: true })).toMatch(new RegExp(`^ +${two}  missing_usage\n1 stored, 1 left\\.$`))
  expect(await say(['discard', `${two}`], { because: 'of no use' })).toBe('1 given up.')
  expect(JSON.parse(await say(['show', `${two}`]))).toMatchObject({ actions: [{ actor: 'command:test' }] })
  for (const words of [[], ['fix'], ['replay'], ['show', 'x'], ['discard', `${one}`], ['remove', `${one}`]]) {
    await expect(say(words)).rejects.toMatchObject({ code: 'invalid_request' })
  }
})
