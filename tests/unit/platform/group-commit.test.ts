import { expect, test } from 'vitest'
import { createGroup } from '#services/platform/group-commit.ts'

/** Batches as they were written; each ends when it is told to. */
function openGroup(take: (waiting: readonly unknown[]) => number = (waiting) => waiting.length) {
  const batches: number[][] = []
  const ends: (() => void)[] = []
  const add = createGroup<{ n: number; resolve: (n: number) => void; reject: (error: unknown) => void }>({
    take,
    async write(batch) {
      batches.push(batch.map(({ n }) => n))
      await new Promise<void>((resolve) => ends.push(resolve))
      if (batch.some(({ n }) => n < 0)) throw new Error('not written')
      for (const { n, resolve } of batch) resolve(n)
    },
  })
  const ask = (n: number): Promise<number> => new Promise((resolve, reject) => add({ n, resolve, reject }))
  const end = async (): Promise<void> => {
    ends.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { batches, ask, end }
}

test('what comes while a batch is written shares the next, in its order', async () => {
  const { batches, ask, end } = openGroup()
  const answers = Promise.all([1, 2, 3].map(ask))
  await end()
  await end()
  expect(batches).toEqual([[1], [2, 3]])
  expect(await answers).toEqual([1, 2, 3])
})

test('a batch that fails is told to all of it and to nobody else', async () => {
  const { ask, end } = openGroup()
  const answers = Promise.allSettled([1, -2, 3].map(ask))
  await end()
  await end()
  const later = ask(4)
  await end()
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(await later).toBe(4)
})

test('an item that the database takes offence at is told alone, and the others are written', async () => {
  const written: number[] = []
  const add = createGroup<{ n: number; resolve: (n: number) => void; reject: (error: unknown) => void }>({
    take: (waiting) => waiting.length,
    async write(batch) {
      await Promise.resolve()
      // As Postgres refuses half of a character in jsonb.
      if (batch.some(({ n }) => n < 0)) throw Object.assign(new Error('refused'), { code: '22P05' })
      for (const { n, resolve } of batch) resolve(written[written.push(n) - 1] ?? 0)
    },
  })
  const answers = await Promise.allSettled(
    [1, 2, -3, 4, 5].map((n) => new Promise((resolve, reject) => add({ n, resolve, reject }))),
  )
  expect(written).toEqual([1, 2, 4, 5])
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
})

test('no more go together than are taken, and one at least', async () => {
  const { batches, ask, end } = openGroup(() => 0)
  const answers = Promise.all([1, 2, 3].map(ask))
  for (let round = 0; round < 3; round += 1) await end()
  expect(batches).toEqual([[1], [2], [3]])
  await answers
})
