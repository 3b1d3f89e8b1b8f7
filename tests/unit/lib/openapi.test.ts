import * as z from 'zod'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '#lib/errors/codes.ts'
import { remedies } from '#lib/errors/remedies.ts'
import { buildDocument } from '#lib/openapi/build-document.ts'
import type { DocumentedRoute } from '#lib/openapi/documented-route.ts'
import { fieldsOf, typeInWords } from '#lib/openapi/json-schema.ts'
import { toJsonSchema } from '#lib/openapi/to-json-schema.ts'

const route: DocumentedRoute = {
  method: 'PATCH',
  path: '/keys/{id}',
  auth: ['apiKey', 'session'],
  summary: 'Changes a key',
  params: z.object({ id: z.string().regex(/^key_/) }),
  query: z.object({ dry: z.enum(['yes', 'no']).optional().describe('Only try.') }),
  body: z.object({ name: z.string() }),
  response: z.object({ id: z.string(), used: z.number().nullable() }),
  status: 201,
  headers: { 'Idempotency-Key': 'The same again does nothing.' },
  answerHeaders: { 'x-cost': 'What it cost.' },
  errors: ['key_missing', 'not_found'],
  exampleBody: { name: 'new' },
}
const api = { title: 'T', version: '1', description: 'D', basePath: '/base', securitySchemes: {}, errors: [] }

describe('a route becomes an operation', () => {
  const { paths, 'x-errors': errors } = buildDocument(api, [route, { ...route, method: 'GET', path: '/keys' }])
  const operation = paths['/keys/{id}']?.['patch']

  test('with a name of its own and the ways to say who is calling', () => {
    expect(operation?.operationId).toBe('patchKeysById')
    expect(operation?.security).toEqual([{ apiKey: [] }, { session: [] }])
    expect(paths['/keys']?.['get']?.operationId).toBe('getKeys')
  })

  test('with every parameter, where it stands and whether it must be there', () => {
    expect(operation?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^key_' } },
      { name: 'dry', in: 'query', required: false, description: 'Only try.' },
      { name: 'Idempotency-Key', in: 'header', required: false },
    ])
  })

  test('with its body, its answer and the codes of each status', () => {
    expect(operation?.requestBody?.content['application/json']).toMatchObject({ example: { name: 'new' } })
    expect(operation?.responses['201']?.headers).toMatchObject({ 'x-cost': { description: 'What it cost.' } })
    expect(operation?.responses['404']?.['x-error-codes']).toEqual(['key_missing', 'not_found'])
  })

  test('and its codes are listed with what to do', () => {
    expect(errors['key_missing']).toEqual({ ...errorCodes.key_missing, remedy: remedies.key_missing })
  })
})

test('fields are named by their path, in objects, lists and choices, each once', () => {
  const item = z.object({ role: z.string().describe('Who says it.') })
  const schema = z.object({
    messages: z.array(item),
    stop: z.union([z.string(), z.array(z.string())]).optional(),
    either: z.union([z.object({ a: z.number() }), z.object({ a: z.number(), b: z.null() })]),
  })
  const fields = fieldsOf(toJsonSchema(schema, 'input'))
  expect(fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['messages', 'array', true],
    ['messages[].role', 'string', true],
    ['stop', 'string or array of strings', false],
    ['either', 'object', true],
    ['either.a', 'number', true],
    ['either.b', 'null', true],
  ])
  expect(fields[1]?.description).toBe('Who says it.')
})

test('types are told in words', () => {
  const words = (schema: z.ZodType): string => typeInWords(toJsonSchema(schema, 'output'))
  expect(words(z.enum(['eco', 'balanced']))).toBe('one of eco, balanced')
  expect(words(z.literal('list'))).toBe('“list”')
  expect(words(z.string().nullable())).toBe('string or null')
  expect(words(z.unknown())).toBe('any')
})

test('every code has its own remedy: one sentence or two, without empty words', () => {
  expect(Object.keys(remedies).sort()).toEqual(Object.keys(errorCodes).sort())
  for (const remedy of Object.values(remedies)) {
    expect(remedy).toMatch(/^[A-Z].*\.$/)
    expect(remedy).not.toMatch(/successfully|oops|something went wrong|please|!/i)
  }
})
