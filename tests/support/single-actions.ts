import type { Action, Doing, Party, TimeGoal } from './actions.ts'

/** An act of the party whose act it is, or of another. */
export const act = (doing: Doing, by: Party | null = null): Action => ({ ...doing, by })

/** A reading that counts more tokens than the last one of its month. */
export const grow = (vault: number, tokens: bigint, more: { step?: bigint; month?: number } = {}): Action => {
  const { step = 1n, month = 0 } = more
  const events = step > 0n ? 1n : 0n
  return act({
    kind: 'readings',
    increases: [{ vault, step, month, model: 'other', tokens, events, odd: null }],
    ownKey: true,
  })
}

export const passTime = (goal: TimeGoal, plus: number): Action => act({ kind: 'time', goal, nth: 0, plus })
