import * as z from 'zod'
import type { JsonSchema } from './json-schema.ts'

/** A zod schema as OpenAPI 3.1 has it, JSON Schema of 2020-12: what a caller sends, or what comes back. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // The answers' schemas hold no transformation that matters to a reader, and a bigint never leaves as one.
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return plain as JsonSchema
}
