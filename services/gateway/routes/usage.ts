import * as z from 'zod'
import { formatUsd } from '#lib/money/decimal.ts'
import { summarizeUsage } from '#services/credits/index.ts'
import { asAccount } from '../accounts/as-account.ts'
import { instantView, usdView } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const DAY_MS = 86_400_000
const MOST_DAYS = 400

// `abort`: what is checked of the whole must find days, not the texts that were no days.
const day = z
  .string()
  .regex(/^20\d{2}-\d{2}-\d{2}$/, { error: 'must be a day, like "2026-11-30"', abort: true })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'must be a day', abort: true })
  .transform((text) => new Date(text))

const span = z
  .strictObject({
    days: z
      .string()
      .regex(/^\d{1,3}$/, 'must be a whole number')
      .transform((digits) => Number.parseInt(digits, 10))
      .pipe(z.number().min(1, 'must be at least 1').max(MOST_DAYS, `must be at most ${MOST_DAYS}`))
      .optional(),
    from: day.optional(),
    to: day.optional(),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), 'from and to belong together')
  .refine(({ from, to }) => !from || !to || from < to, 'to must be after from; it is not in the span itself')
  .refine(({ days, from }) => days === undefined || from === undefined, 'give days, or from and to')
  .refine(
    ({ from, to }) => !from || !to || to.getTime() - from.getTime() <= MOST_DAYS * DAY_MS,
    `the span must have at most ${MOST_DAYS} days`,
  )

const counted = z.string().regex(/^\d+$/)

const usage = defineGatewayRoute(
  {
    method: 'GET',
    path: '/usage',
    auth: 'account',
    summary: 'What your requests cost, by provider and model',
    query: span,
    response: z.object({
      from: instantView,
      to: instantView,
      total_usd: usdView,
      data: z.array(
        z.object({
          provider: z.string().nullable(),
          model: z.string().nullable(),
          requests: counted,
          input_tokens: counted,
          output_tokens: counted,
          cost_usd: usdView,
        }),
      ),
    }),
    errors: [],
  },
  async (input) => {
    const ctx = asAccount(input)
    const now = ctx.clock()
    const { days = 30, to = now, from = new Date(now.getTime() - days * DAY_MS) } = input.query
    const { lines, total } = await summarizeUsage(ctx, { from, to })
    const data = lines.map(({ provider, model, requests, inputTokens, outputTokens, cost }) => ({
      provider,
      model,
      requests: requests.toString(),
      input_tokens: inputTokens.toString(),
      output_tokens: outputTokens.toString(),
      cost_usd: formatUsd(cost),
    }))
    return { from: from.toISOString(), to: to.toISOString(), total_usd: formatUsd(total), data }
  },
)

/** What an account used. */
export const usageRoutes: readonly GatewayRoute[] = [usage]
