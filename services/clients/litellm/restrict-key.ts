import * as z from 'zod'
import type { Send } from './request.ts'

/** Budgets by their window; LiteLLM starts a day at midnight UTC and a month on its first. */
interface WindowBudgets {
  /** In LiteLLM's own dollars, as decimal text. */
  readonly day?: string | undefined
  readonly month?: string | undefined
}

export interface KeyRestriction {
  /** The key's metadata as a whole: LiteLLM replaces what it had. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** A window that is absent has no budget. The budget of the key's life is another field and stays. */
  readonly budgets: WindowBudgets
}

const DURATIONS = { day: '1d', month: '1mo' } as const

/** Sets a key's metadata and windowed budgets at once. Throws `litellm_refused` when there is no such key. */
export async function restrictKey(send: Send, hash: string, { metadata, budgets }: KeyRestriction): Promise<void> {
  const body = { key: hash, metadata, budget_limits: windowsOf(budgets) }
  await send({ method: 'POST', path: '/key/update', body, schema: z.looseObject({}) })
}

const windowsOf = (budgets: WindowBudgets): { budget_duration: string; max_budget: string }[] =>
  (['day', 'month'] as const).flatMap((window) => {
    const budget = budgets[window]
    return budget === undefined ? [] : [{ budget_duration: DURATIONS[window], max_budget: budget }]
  })

/** A windowed budget as LiteLLM has it: a float that it read from decimal text. */
export interface StoredBudget {
  readonly budget_duration: string
  readonly max_budget: number
}

/** Whether LiteLLM holds a key to these windowed budgets and no others. */
export function hasBudgets(stored: readonly StoredBudget[], budgets: WindowBudgets): boolean {
  const shown = (all: readonly { budget_duration: string; max_budget: string | number }[]): string =>
    all
      .map((each) => `${each.budget_duration} ${Number(each.max_budget)}`)
      .toSorted()
      .join()
  return shown(stored) === shown(windowsOf(budgets))
}
