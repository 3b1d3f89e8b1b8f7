import { nextPeriod, previousPeriod } from '#lib/period/period.ts'
import { signedReadings } from '#lib/settlement/reading-message.ts'
import { createSigner, generateFlowKey } from '#services/clients/flow/index.ts'
import type { Arena } from './arena.ts'
import type { Attempt } from './attempts.ts'
import type { Action, Party } from './actions.ts'
import { readTransaction } from './test-cadence.ts'
import { MAX_RAW, type ReadingModel } from './usage-model.ts'
import type { VaultModel } from './vault-model.ts'
import type { WorldModel } from './world-model.ts'

type Readings = Extract<Action, { kind: 'readings' }>
type Increase = Readings['increases'][number]

interface Handed extends ReadingModel {
  /** Null: no vault has this number. */
  readonly model: VaultModel | null
  readonly vaultId: bigint
}

type Content = Pick<ReadingModel, 'models' | 'tokens' | 'eventCount'>

const ROOT = 'ab'.repeat(32)
const UNKNOWN_VAULT = 999_999n

/** Signs with the oracle's key or with another; the arguments are made before the model moves on. */
export function readingsAttempt(arena: Arena, world: WorldModel, action: Readings, party: Party): Attempt {
  const handed = readingsOf(world, action.increases)
  const oracle = arena.signers.oracle
  const key = action.ownKey ? oracle : createSigner({ ...oracle, privateKey: generateFlowKey().privateKey })
  return {
    code: readTransaction('oracle/submit_readings'),
    args: signedReadings(arena.domain, handed, key.sign),
    refusal: party !== 'oracle' ? 'not_oracle' : world.now < world.oracleFrom ? 'oracle_waits' : null,
    predict: () => handed.map((reading) => outcomeOf(world, reading, action.ownKey)),
  }
}

function outcomeOf(world: WorldModel, { model, ...reading }: Handed, ownKey: boolean): string {
  if (!ownKey) return 'bad_signature'
  return world.rateRefusal ?? model?.settle(reading) ?? 'unknown_vault'
}

/** What an oracle would hand in that counts more, or less, than the last reading of the vault's period did. */
function readingsOf(world: WorldModel, increases: readonly Increase[]): Handed[] {
  const sequences = new Map<VaultModel, bigint>()
  const ahead = new Map<string, Content>()
  return increases.map((increase) => {
    const model = world.vaultAt(increase.vault)
    const { usage } = model
    const last = sequences.get(model) ?? usage.sequence
    const repeats = increase.step === 0n && increase.tokens % 2n === 0n && usage.sequence > 0n
    const period = repeats ? usage.lastPeriod : monthsFrom(world.period, increase.month)
    const place = `${model.id} ${period}`
    const known = ahead.get(place) ?? contentOf(model, period)
    const sequence = last + increase.step < 0n ? 0n : last + increase.step
    const content = repeats ? known : grown(known, increase)
    const reading = { model, vaultId: model.id, period, sequence, root: ROOT, ...content }
    if (increase.odd !== null) return oddly(reading, increase)
    sequences.set(model, sequence)
    ahead.set(place, content)
    return reading
  })
}

function contentOf({ usage }: VaultModel, period: number): Content {
  const meter = usage.meters.get(period)
  const counts = [...(meter?.usage ?? [])]
  return {
    models: counts.map(([name]) => name),
    tokens: counts.map(([, tokens]) => tokens),
    eventCount: meter?.eventCount ?? 0n,
  }
}

function grown(known: Content, { model, tokens, events }: Increase) {
  const counts = new Map(known.models.map((name, i) => [name, known.tokens[i] ?? 0n]))
  const sum = (counts.get(model) ?? 0n) + tokens
  counts.set(model, sum < 0n ? 0n : sum)
  const eventCount = known.eventCount + events < 0n ? 0n : known.eventCount + events
  return { models: [...counts.keys()], tokens: [...counts.values()], eventCount }
}

function oddly(reading: Handed, { odd, model }: Increase): Handed {
  const withMore = (names: readonly string[], tokens: bigint): Handed => ({
    ...reading,
    models: [...reading.models, ...names],
    tokens: [...reading.tokens, ...names.map(() => tokens)],
  })
  if (odd === 'name') return withMore(['Upper-Case'], 1n)
  if (odd === 'repeat') return withMore([model], 1n)
  if (odd === 'many')
    return withMore(
      Array.from({ length: 33 }, (_, i) => `model-${i}`),
      1n,
    )
  if (odd === 'huge') return withMore(['huge'], MAX_RAW)
  if (odd === 'root') return { ...reading, root: 'no root' }
  if (odd === 'month') return { ...reading, period: Math.floor(reading.period / 100) * 100 + 13 }
  return { ...reading, model: null, vaultId: UNKNOWN_VAULT }
}

function monthsFrom(period: number, months: number): number {
  if (months > 0) return nextPeriod(period)
  return months === 0 ? period : monthsFrom(previousPeriod(period), months + 1)
}
