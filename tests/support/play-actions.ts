import type { ActionTable } from './action-table.ts'
import { type Arena, beginRun } from './arena.ts'
import type { Sent } from './fast-chain.ts'
import type { Action } from './actions.ts'
import { reasonOf } from './refusal-reasons.ts'
import { stepsOf } from './steps.ts'
import { faultOf } from './vault-faults.ts'

/** The first action of a run at which chain and rules differ, and how. */
export interface Failure {
  readonly index: number
  readonly why: string
}

/**
 * Plays actions from the arena's start on. After each, what happened must be what the model foretold, for the same
 * reason, every vault what the model says, and every unit of FLOW where the rules put it. A refused transaction leaves
 * no trace on a chain, so vaults are looked at after the next one that is not, and at the end.
 */
export async function playActions(
  arena: Arena,
  actions: readonly Action[],
  table?: ActionTable,
): Promise<Failure | null> {
  const world = await beginRun(arena)
  let changed = true
  for (const [index, action] of actions.entries()) {
    for (const { code, args, by, expected, isAct } of stepsOf(arena, world, action)) {
      const sent = await arena.chain.send(code, args, arena.signers[by])
      const happened = outcomesOf(sent).join()
      if (happened !== expected.join())
        return { index, why: `${by}: ${happened}, where the rules say ${expected.join()}` }
      changed ||= sent.refusal === null
      if (isAct) table?.add(action.kind, expected)
    }
    const why = changed || index === actions.length - 1 ? await faultOf(arena, world) : null
    if (why !== null) return { index, why }
    changed = false
  }
  return null
}

/** What became of a transaction, or of each reading in it. */
function outcomesOf({ refusal, events }: Sent): readonly string[] {
  if (refusal !== null) return [reasonOf(refusal)]
  const readings = events
    .filter(({ type }) => /\.Reading(Settled|Skipped)$/.test(type))
    .map(({ type, data }) => (type.endsWith('Settled') ? 'done' : (data as { reason: string }).reason))
  return readings.length > 0 ? readings : ['done']
}
