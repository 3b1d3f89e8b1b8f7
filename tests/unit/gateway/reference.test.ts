import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { describeApi, openApiText, withErrorTable } from '#services/gateway/index.ts'

const operations = Object.entries(describeApi().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
)

/** What the validator finds wrong with a document; empty when it is OpenAPI 3.1. */
async function faultsOf(text: string): Promise<unknown> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(text))
  return valid ? validator.version : errors
}

test('it is OpenAPI 3.1; one without a path is not', async () => {
  expect(await faultsOf(openApiText())).toBe('3.1')
  const broken = JSON.stringify({ ...describeApi(), paths: { health: 7 } })
  expect(await faultsOf(broken)).not.toBe('3.1')
})

test('the committed description and the guide’s table are what the routes say', () => {
  expect(readFileSync('docs/openapi.json', 'utf8')).toBe(openApiText())
  const guide = readFileSync('docs/gateway.md', 'utf8')
  expect(withErrorTable(guide)).toBe(guide)
})

test.each(operations)('$name has the same example by curl, in Python and in JavaScript', ({ operation }) => {
  expect(operation['x-codeSamples']?.map(({ label }) => label)).toEqual(['curl', 'Python', 'JavaScript'])
})

test('no two operations share a name', () => {
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
})

test('what is no secret but looks like one is read from the environment, never printed', () => {
  const samples = operations.flatMap(({ operation }) => operation['x-codeSamples'] ?? [])
  for (const { source } of samples) expect(source).not.toMatch(/Bearer sk-|flareflow_session=[A-Za-z0-9]/)
})
