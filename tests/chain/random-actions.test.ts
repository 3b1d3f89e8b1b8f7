import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Signer } from '#services/clients/flow/index.ts'
import { openBilling } from '#tests/support/billing.ts'
import { party, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'
import { playActions } from '#tests/support/play-actions.ts'
import {
  type Action,
  PARTIES,
  type Party,
  randomActions,
  readActions,
  writeActions,
} from '#tests/support/random-actions.ts'
import { shrink } from '#tests/support/shrink.ts'

const count = process.env['TEST_LONG'] ? 20_000 : 500
/** Set to a failure's seed to play the same actions again; REPLAY names a file with a list of actions. */
const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31)
const replay = process.env['REPLAY']
/** Alone on a machine of two cores 500 actions take about a minute; shrinking a failure takes longer. */
const timeout = count * 1_000

beforeAll(() => startEmulator())
afterAll(() => stopEmulator())

async function openWith(admin: string, change?: (name: string, code: string) => string) {
  const billing = await openBilling({ settleDelaySeconds: 0n, admin, ...(change ? { change } : {}) })
  const named: Record<Party, string> = {
    customer: 'Customer',
    second: 'Second customer',
    provider: 'Provider',
    oracle: 'Oracle',
    admin,
    approver: 'Approver',
    stranger: 'Stranger',
  }
  const signers: Partial<Record<Party, Signer>> = {}
  for (const name of PARTIES) signers[name] = await party(named[name])
  return { billing, signers: signers as Record<Party, Signer> }
}

type Opened = Awaited<ReturnType<typeof openWith>>

/** The shortest sequence found that fails, with why; null when this one doesn't. */
async function shortestFailure({ billing, signers }: Opened, actions: readonly Action[]) {
  const failure = await playActions(billing, signers, actions)
  if (failure === null) return null
  const fails = async (shorter: readonly Action[]) => (await playActions(billing, signers, shorter)) !== null
  const shortest = await shrink(actions.slice(0, failure.index + 1), fails)
  return { shortest, why: (await playActions(billing, signers, shortest))?.why ?? failure.why }
}

/** What to tell of a failure, with all that is needed to see it again. */
function story(failure: Awaited<ReturnType<typeof shortestFailure>>): string {
  if (failure === null) return ''
  const { why, shortest } = failure
  return (
    `${why}\nSeed ${seed}, shrunk to ${shortest.length} actions. To replay, put the next line into a file and run\n` +
    `REPLAY=<file> npx vitest run --project chain tests/chain/random-actions.test.ts\n${writeActions(shortest)}`
  )
}

test(
  `after each of ${count} random actions every vault is what the rules say, and no FLOW appears or is lost`,
  async () => {
    const actions = replay ? readActions(readFileSync(replay, 'utf8')) : randomActions(count, seed)
    expect(story(await shortestFailure(await openWith('Admin'), actions))).toBe('')
  },
  timeout,
)

test.each<[string, string, RegExp, string]>([
  ['credit that is used again and again', 'VaultUsage', /creditUsd: creditUsd - used/, 'creditUsd: creditUsd'],
  [
    'a refund that is not written down',
    'VaultFunds',
    /self\.refunded = self\.refunded \+ amount/,
    'self.refunded = self.refunded',
  ],
  ['a signature that is not looked at', 'FlareFDCTriggers', /return good \? nil : "bad_signature"/, 'return nil'],
])(
  'the same actions find %s, and shrink to a few',
  async (name, contract, piece, by) => {
    let replaced = 0
    const opened = await openWith(`Admin with ${name}`, (each, code) => {
      if (each !== contract) return code
      replaced += code.split(piece).length - 1
      return code.replace(piece, by)
    })
    expect(replaced).toBe(1)
    const failure = await shortestFailure(opened, randomActions(60, 7))
    expect(failure?.shortest.length).toBeLessThanOrEqual(6)
    expect(failure && readActions(writeActions(failure.shortest))).toEqual(failure?.shortest)
  },
  timeout,
)
