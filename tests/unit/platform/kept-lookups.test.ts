import { expect, test } from 'vitest'
import { createKeptLookups } from '#services/platform/kept-lookups.ts'

/** Asks anew each time that it is awaited, as Drizzle's queries do. */
function lazyQuery(): { asked: () => number; look: () => Promise<string> } {
  let asked = 0
  const ask = async (): Promise<string> => {
    asked += 1
    return `answer ${asked}`
  }
  const then: Promise<string>['then'] = (onAnswer, onFault) => ask().then(onAnswer, onFault)
  return { asked: () => asked, look: () => ({ then }) as Promise<string> }
}

test('what is kept is asked once, however often it is wanted, also by a query that is carried out when awaited', async () => {
  const { asked, look } = lazyQuery()
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10 })
  const wanted = await Promise.all([kept.get('a', look), kept.get('a', look)])
  expect([...wanted, await kept.get('a', look)]).toEqual(['answer 1', 'answer 1', 'answer 1'])
  expect(asked()).toBe(1)
})

test('what is forgotten, or was not worth keeping, is asked again', async () => {
  const { look } = lazyQuery()
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10, isWorthKeeping: (answer) => answer !== 'answer 1' })
  expect(await kept.get('a', look)).toBe('answer 1')
  expect(await kept.get('a', look)).toBe('answer 2')
  expect(await kept.get('a', look)).toBe('answer 2')
  kept.forget('a')
  expect(await kept.get('a', look)).toBe('answer 3')
})

test('a failure is told to who asked, and not kept', async () => {
  const kept = createKeptLookups<string>({ keptMs: 60_000, most: 10 })
  await expect(kept.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await kept.get('a', () => Promise.resolve('back'))).toBe('back')
})
