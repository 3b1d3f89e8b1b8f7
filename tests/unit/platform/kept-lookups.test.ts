import { QueryPromise } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createKeptLookups } from '#services/platform/kept-lookups.ts'

/** Asks anew each time that it is awaited. */
class Query extends QueryPromise<string> {
  asked = 0
  override async execute(): Promise<string> {
    this.asked += 1
    return `answer ${this.asked}`
  }
}

test('what is kept is asked once, also if it is a query that is carried out each time it is awaited', async () => {
  const query = new Query()
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10 })
  const wanted = await Promise.all([kept.get('a', () => query), kept.get('a', () => query)])
  expect([...wanted, await kept.get('a', () => query)]).toEqual(['answer 1', 'answer 1', 'answer 1'])
  expect(query.asked).toBe(1)
})

test('what is forgotten, or was not worth keeping, is asked again', async () => {
  const query = new Query()
  const isWorthKeeping = (answer: string): boolean => answer !== 'answer 1'
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10, isWorthKeeping })
  expect(await kept.get('a', () => query)).toBe('answer 1')
  expect(await kept.get('a', () => query)).toBe('answer 2')
  expect(await kept.get('a', () => query)).toBe('answer 2')
  kept.forget('a')
  expect(await kept.get('a', () => query)).toBe('answer 3')
})

test('a failure is told to who asked, and not kept', async () => {
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10 })
  await expect(kept.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await kept.get('a', () => Promise.resolve('back'))).toBe('back')
})
