import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeApi, openApiText, withErrorTable } from '#services/gateway/index.ts'

const operations = Object.entries(describeApi().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
)

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
