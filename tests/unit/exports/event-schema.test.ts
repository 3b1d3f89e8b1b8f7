import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventSchemaText } from '#services/exports/index.ts'

test('the schema in docs/ is the one that is served: npm run generate:schema writes it', () => {
  expect(readFileSync('docs/usage-event.schema.json', 'utf8')).toBe(eventSchemaText())
})
