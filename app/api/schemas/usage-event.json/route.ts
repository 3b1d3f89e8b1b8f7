import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { eventJsonSchema } from '#services/exports/index.ts'

/** The JSON Schema of exported usage events. */
export const GET = defineRoute({ auth: 'public', response: z.record(z.string(), z.unknown()) }, () =>
  Promise.resolve(eventJsonSchema()),
)
