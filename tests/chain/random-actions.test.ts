import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Action, readActions, writeActions } from '#tests/support/actions.ts'
import { ActionTable } from '#tests/support/action-table.ts'
import { type Arena, openArena, plantBug } from '#tests/support/arena.ts'
import { startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { playActions } from '#tests/support/play-actions.ts'
import { everyActByEveryParty, randomActions } from '#tests/support/random-actions.ts'
import { grow } from '#tests/support/single-actions.ts'
import { shrink } from '#tests/support/shrink.ts'

const COUNT = 500
const isLong = process.env['TEST_LONG'] !== undefined
/** Runs of their own from the same start, each with a seed of its own. */
const rounds = isLong ? 40 : 1
/** Set to a failure's seed to play the same actions again; REPLAY names a file with a list of actions. */
const firstSeed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31)
const replay = process.env['REPLAY']
/** Alone on a machine of two cores 500 actions take less than a minute; shrinking a failure takes longer. */
const timeout = rounds * COUNT * 1_000

beforeAll(() => startEmulator({ covering: false }))
afterAll(() => stopEmulator())

/** The shortest sequence found that fails, with why; null when this one doesn't. */
async function shortestFailure(arena: Arena, actions: readonly Action[], table?: ActionTable) {
  const failure = await playActions(arena, actions, table)
  if (failure === null) return null
  const fails = async (shorter: readonly Action[]) => (await playActions(arena, shorter)) !== null
  const shortest = await shrink(actions.slice(0, failure.index + 1), fails)
  return { shortest, why: (await playActions(arena, shortest))?.why ?? failure.why }
}

/** What to tell of a failure, with all that is needed to see it again. */
function story(failure: Awaited<ReturnType<typeof shortestFailure>>, seed: number): string {
  if (failure === null) return ''
  const { why, shortest } = failure
  return (
    `${why}\nSeed ${seed}, shrunk to ${shortest.length} actions. To replay, put the next lines into a file and run\n` +
    `REPLAY=<file> npx vitest run --project chain tests/chain/random-actions.test.ts\n${writeActions(shortest)}`
  )
}

test(
  'after each random action every vault is what the rules say, and no FLOW appears or is lost',
  async () => {
    const arena = await openArena('Admin')
    const table = new ActionTable()
    for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
      const actions = replay ? readActions(readFileSync(replay, 'utf8')) : randomActions(COUNT, seed)
      expect(story(await shortestFailure(arena, actions, table), seed)).toBe('')
      if (isLong) console.log(`Seed ${seed}: done.`)
    }
    console.log(`${rounds} runs from seed ${firstSeed}, by kind of action:\n${table}`)
    expect(replay ? [] : table.starved, 'kinds of actions that were never done').toEqual([])
  },
  timeout,
)

test.runIf(isLong)('nothing is done by a party that may not, whatever it tries', async () => {
  const arena = await openArena('Admin of all')
  expect(story(await shortestFailure(arena, everyActByEveryParty(firstSeed)), firstSeed)).toBe('')
})

test(
  'the same actions find a planted bug, and shrink to a few that can be replayed',
  async () => {
    const edit = ['VaultUsage', /creditUsd: creditUsd - used/, 'creditUsd: creditUsd'] as const
    const arena = await plantBug(await openArena('Admin of a bug'), [edit])
    const failure = await shortestFailure(arena, [...randomActions(8, 7), grow(0, 500_000n)])
    expect(failure?.why).toMatch(/creditUsd is "\d+\.\d{8}", not/)
    expect(failure?.shortest).toHaveLength(2)
    expect(failure && readActions(writeActions(failure.shortest))).toEqual(failure?.shortest)
  },
  timeout,
)
