import * as z from 'zod'
import { POWERS } from '#lib/credits/price-list.ts'

const MODEL = /^[A-Za-z0-9._:/@-]{1,128}$/
const MOST_MODELS = 50

/** What a customer calls a key; shown in lists, so without control characters. */
const keyName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(80, 'must have at most 80 characters')
  .regex(/^[^\p{Cc}]*$/u, 'must be plain text')
const models = z
  .array(z.string().regex(MODEL, 'must be the name of a model'))
  .min(1, 'must name a model, or be null for all')
  .max(MOST_MODELS, `must name at most ${MOST_MODELS} models`)
  .transform((names) => [...new Set(names)])

export const newAccountKey = z.strictObject({
  name: keyName,
  power: z.enum(POWERS).nullable().default(null),
  models: models.nullable().default(null),
})
export type NewAccountKey = z.output<typeof newAccountKey>

export const accountKeyChange = z.strictObject({
  name: keyName.optional(),
  power: z.enum(POWERS).nullable().optional(),
  models: models.nullable().optional(),
})
export type AccountKeyChange = z.output<typeof accountKeyChange>

/** A key as its customer sees it: never the secret, nor its hash. */
export interface AccountKeyView {
  readonly id: string
  readonly name: string
  readonly masked: string
  readonly power: NewAccountKey['power']
  readonly models: string[] | null
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}
