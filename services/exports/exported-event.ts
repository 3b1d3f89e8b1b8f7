import * as z from 'zod'
import { CALL_STATUSES } from '#lib/metering/usage-event.ts'

/** Counts are decimal strings, so that no reader rounds them. */
const count = z.string().regex(/^\d{1,19}$/)
const maybeCount = (about: string) =>
  count.nullable().describe(`${about} Null: the model reported none, which only an unbilled call may.`)
const instant = z.iso.datetime()
const label = (about: string) => z.string().max(256).nullable().describe(about)

/** A usage event as it leaves the product: what a call was billed for, and by which labels. No content of calls. */
export const exportedEvent = z
  .object({
    version: z.literal(3).describe('Version of this form.'),
    id: z.string().describe("The call's identity, the same on every road it is metered by."),
    callId: z.string().describe("LiteLLM's id of the call."),
    account: z.string().describe('Who pays: vault:7, or credits: and the id of a credit account.'),
    vault: z
      .string()
      .regex(/^-?\d+$/)
      .describe("Number in the event's leaf: the subscription's on chain; below 0 a credit account's, never on chain."),
    wallet: z.string().nullable().describe('Flow address of the one who made the key.'),
    keyHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("SHA-256 of the key's secret, part of the event's leaf. It opens nothing."),
    accountKey: label("Id of the credit account's own key. Null: a subscription's call, or one without a key."),
    period: z.number().int().describe("Billing period: UTC month of the call's start, YYYYMM."),
    ordinal: z.number().int().min(0).describe("Place in the period's Merkle tree, in ingest order from 0."),
    startedAt: instant,
    endedAt: instant,
    receivedAt: instant.describe('When the event was stored.'),
    model: z.string().describe("LiteLLM's configured name, in lower case."),
    servedModel: label('The model that the provider served.'),
    provider: label("LiteLLM's name of the provider."),
    inputTokens: maybeCount('Tokens of the prompt.'),
    outputTokens: maybeCount('Tokens of the answer.'),
    cachedTokens: maybeCount('Of the input: read from the provider’s cache.'),
    cacheWriteTokens: maybeCount('Of the input: written to the provider’s cache.'),
    reasoningTokens: maybeCount('Of the output: thought, not said.'),
    billableTokens: count.describe('What the bill counts: 0 for failed calls, unknown ones and cache hits.'),
    litellmCostUsd: z
      .string()
      .regex(/^\d+\.\d{12}$/)
      .nullable()
      .describe('What LiteLLM says the call cost, never billed. Null: it said nothing, or the reader is the customer.'),
    status: z
      .enum(CALL_STATUSES)
      .describe('Unknown: on a key of the customer’s own; whether it was answered nobody can tell. It bills nothing.'),
    cacheHit: z.boolean().describe("Answered by LiteLLM's own cache."),
    stream: z.boolean(),
    latencyMs: z.number().int().min(0).nullable(),
    road: z.enum(['gateway', 'plugin', 'poll']).describe('How the event came first.'),
    endUser: label("The customer's name for their user."),
    organization: label('Label of the call.'),
    team: label('Label of the call.'),
    conversation: label('Label of the call.'),
    feature: label('Label of the call.'),
    agent: label('Label of the call.'),
    traceId: label('Label of the call.'),
    tags: z.array(z.string().max(256)).max(32),
  })
  .meta({
    title: 'Usage event',
    description:
      'One metered call, as FlareFlow exports it. Events are ordered by vault, period and ordinal; ' +
      'those of a period have no gaps. Instants are UTC.',
  })
export type ExportedEvent = z.output<typeof exportedEvent>

/** The published JSON Schema (draft 2020-12) of an exported event. */
export const eventJsonSchema = (): Record<string, unknown> => ({
  $id: 'urn:flareflow:usage-event:3',
  ...z.toJSONSchema(exportedEvent),
})

/** The same as the text of a file. */
export const eventSchemaText = (): string => `${JSON.stringify(eventJsonSchema(), null, 2)}\n`
