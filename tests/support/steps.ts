import type { Arena } from './arena.ts'
import { actorOf, makesSense } from './actors.ts'
import { adminsAttempt, type Attempt, isAdmins, isOthers, othersAttempt, ownersAttempt } from './attempts.ts'
import { openingSteps } from './openings.ts'
import { type Action, OPEN_VAULTS, type Party } from './actions.ts'
import { readingsAttempt } from './readings-attempt.ts'
import { readTestCadence, readTransaction } from './test-cadence.ts'
import type { VaultModel } from './vault-model.ts'
import type { WorldModel } from './world-model.ts'

/** A transaction of an action, and what must become of it: of each reading, if it hands readings in. */
export interface Step {
  readonly by: Party
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
  readonly expected: readonly string[]
  /** The step that is the action itself; the others come with it. */
  readonly isAct: boolean
}

/**
 * The transactions of an action with what the rules say of them, from which the model has moved on. Needs no chain. An
 * honest party takes what waits for it in the inbox before it acts, and a vault that was closed gives way to a new one.
 */
export function stepsOf(arena: Arena, world: WorldModel, action: Action): Step[] {
  if (action.kind === 'time') return [timeStep(world, action)]
  const model = vaultFor(world, action)
  const by = action.by ?? actorOf(action, model, world.now)
  const claims = claimsOf(model, action, by)
  const attempt = attemptOf(arena, world, action, model, by)
  const foretold = attempt.refusal ?? attempt.predict()
  const expected = typeof foretold === 'string' ? [foretold] : foretold
  const act: Step = { by, code: attempt.code, args: attempt.args, expected, isAct: true }
  const isDone = expected.length === 1 && expected[0] === 'done'
  return [...claims, act, ...(isDone ? followUps(arena, world, action, model, by) : [])]
}

const done = (by: Party, code: string, args: Step['args']): Step => ({
  by,
  code,
  args,
  expected: ['done'],
  isAct: false,
})

function timeStep(world: WorldModel, action: Extract<Action, { kind: 'time' }>): Step {
  const { turns } = world
  const goals = {
    now: world.now,
    turn: turns[Math.min(action.nth, turns.length - 1)] ?? world.now,
    monthEnd: world.monthEnd,
    graceEnd: world.graceEnd,
  }
  world.now = Math.max(world.now, goals[action.goal] + action.plus)
  return { ...done('stranger', readTestCadence('set_time'), { seconds: `${world.now}.0` }), isAct: true }
}

function attemptOf(arena: Arena, world: WorldModel, action: Action, model: VaultModel, party: Party): Attempt {
  const acting = { arena, world, model, party }
  if (action.kind === 'time') throw new Error('Nobody sends a transaction to let time pass.')
  if (action.kind === 'readings') return readingsAttempt(arena, world, action, party)
  if (isAdmins(action)) return adminsAttempt(acting, action)
  return isOthers(action) ? othersAttempt(acting, action) : ownersAttempt(acting, action)
}

function claimsOf({ id: vaultId, rights }: VaultModel, action: Action, party: Party): Step[] {
  const { kind } = action
  if (kind === 'approve' && rights.waitsFor(party, 'approver')) {
    rights.claimSeat(party)
    return [done(party, readTransaction('approver/claim_seat'), { vaultId })]
  }
  const isOwners = kind !== 'time' && kind !== 'readings' && !isAdmins(action) && !isOthers(action)
  if (!isOwners || !rights.waitsFor(party, 'owner')) return []
  rights.claimVault(party)
  return [done(party, readTransaction('owner/claim_vault'), { vaultId })]
}

function followUps(arena: Arena, world: WorldModel, action: Action, model: VaultModel, by: Party): Step[] {
  const { oracle } = arena.signers
  if (action.kind === 'leak') {
    const args = { from: arena.signers[by].address, vaultId: model.id, owners: action.whose === 'owner' }
    return [done('stranger', readTestCadence('keep_thief_copy'), args)]
  }
  if (action.kind === 'reappoint') {
    const args = { address: oracle.address, publicKey: oracle.publicKey }
    return [
      done('admin', readTransaction('admin/appoint_oracle'), args),
      done('oracle', readTransaction('oracle/claim_oracle'), {}),
    ]
  }
  const slot = world.open.indexOf(model)
  if (!model.closed || slot < 0) return []
  return openingSteps(arena, world, slot)
}

/** The vault that an action names, or the next open one where it makes sense. */
function vaultFor(world: WorldModel, action: Action): VaultModel {
  const slot = 'vault' in action ? action.vault : 0
  if (!('fit' in action && action.fit)) return world.vaultAt(slot)
  if (action.kind === 'archive') return world.all.find((each) => each.archiveRefusal === null) ?? world.vaultAt(slot)
  const slots = Array.from({ length: OPEN_VAULTS }, (_, i) => world.vaultAt((slot + i) % OPEN_VAULTS))
  return slots.find((model) => makesSense(action, model, world.now)) ?? world.vaultAt(slot)
}
