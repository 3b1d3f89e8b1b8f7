import { describe, expect, test } from 'vitest'
import { databaseUrlOf, readDataModel } from '#services/local/litellm/query-engine/data-model.ts'
import { readOperation } from '#services/local/litellm/query-engine/graphql-text.ts'
import { toJsonQuery, withoutMarks } from '#services/local/litellm/query-engine/json-protocol.ts'
import { readArray } from '#services/local/litellm/query-engine/pg-array.ts'
import { cellParser, columnType } from '#services/local/litellm/query-engine/pg-types.ts'

const models = readDataModel(`
datasource client {
  provider = "postgresql"
  url      = env("SOME_URL")
}
model Budget {
  id    String @id
  keys  Key[]  // metadata Json
}
model Key {
  token     String  @id
  metadata  Json    @default("{}")
  budget    Budget? @relation(fields: [budget_id], references: [id])
  budget_id String?
}
`)

describe('the text of an operation', () => {
  test('is read with its alias, arguments and selection', () => {
    const text = `query {
      result: findManyKey(where: {token: {in: ["a", "b\\"{c}\\n"]}, n: -1.5e3,
          on: true, none: null, kind: ACTIVE} take: 2) {
        token
        budget(where: {id: "x"}) { id }
      }
    }`
    expect(readOperation(text)).toEqual({
      alias: 'result',
      field: 'findManyKey',
      arguments: {
        where: { token: { in: ['a', 'b"{c}\n'] }, n: -1500, on: true, none: null, kind: 'ACTIVE' },
        take: 2,
      },
      selection: { token: true, budget: { arguments: { where: { id: 'x' } }, selection: { id: true } } },
    })
  })

  test('an integer that a double would round stays whole', () => {
    const { arguments: args } = readOperation('query { result: f(a: 9007199254740993, b: 9007199254740991) }')
    expect(args).toEqual({ a: { $type: 'BigInt', value: '9007199254740993' }, b: 9_007_199_254_740_991 })
  })

  test.each(['', 'query {', 'query { a(b: ) }', 'subscription { a }', 'query { a(b: "c) }', 'query { a(b: [1 }'])(
    'what the client never writes is refused: %s',
    (text) => {
      expect(() => readOperation(text)).toThrow('The query')
    },
  )
})

describe('the JSON protocol', () => {
  const argumentsOf = (text: string) => toJsonQuery(text, models).query.query.arguments

  test('text of a Json field is marked, wherever it stands', () => {
    const json = { $type: 'Json', value: '{"a": 1}' }
    const value = JSON.stringify('{"a": 1}')
    expect(argumentsOf(`mutation { result: createOneKey(data: {token: "t", metadata: ${value}}) { token } }`)).toEqual({
      data: { token: 't', metadata: json },
    })
    const create = `create: {metadata: ${value}}`
    const update = `{keys: {upsert: {where: {token: "t"}, ${create}, update: {metadata: {set: ${value}}}}}}`
    expect(argumentsOf(`mutation { result: updateOneBudget(data: ${update}) { id } }`)).toEqual({
      data: {
        keys: { upsert: { where: { token: 't' }, create: { metadata: json }, update: { metadata: { set: json } } } },
      },
    })
    expect(
      argumentsOf(`query { result: findManyKey(where: {OR: [{metadata: {equals: ${value}}}]}) { token } }`),
    ).toEqual({
      where: { OR: [{ metadata: { equals: json } }] },
    })
  })

  test('an operation is split into action and model', () => {
    const split = (field: string) => {
      const { query } = toJsonQuery(`query { result: ${field} { id } }`, models)
      return [query.action, query.modelName]
    }
    expect(split('findUniqueKeyOrThrow')).toEqual(['findUniqueOrThrow', 'Key'])
    expect(split('findManyKey')).toEqual(['findMany', 'Key'])
    expect(split('queryRaw')).toEqual(['queryRaw', undefined])
    expect(() => split('dropKey')).toThrow('dropKey')
  })

  test('marks are taken out of an answer, those of raw values as they are', () => {
    const at = { $type: 'DateTime', value: '2026-11-21T00:00:00.000Z' }
    const answer = {
      rows: [{ at, list: [{ $type: 'BigInt', value: '7' }] }],
      raw: { $type: 'Raw', value: { $type: 'x' } },
    }
    expect(withoutMarks(answer)).toEqual({
      rows: [{ at: '2026-11-21T00:00:00.000Z', list: ['7'] }],
      raw: { $type: 'x' },
    })
  })

  test('the database is the one that the schema names', () => {
    const schema = 'datasource client {\n url = env("SOME_URL")\n}'
    expect(databaseUrlOf(schema, { NODE_ENV: 'test', SOME_URL: 'postgresql://a' })).toBe('postgresql://a')
    expect(databaseUrlOf('datasource c {\n url = "postgresql://b"\n}', { NODE_ENV: 'test' })).toBe('postgresql://b')
  })
})

describe('values from Postgres', () => {
  test.each([
    ['{}', []],
    ['{a,NULL,"NULL","b c","d\\"e\\\\f",""}', ['a', null, 'NULL', 'b c', 'd"e\\f', '']],
    ['[2:3]={x,y}', ['x', 'y']],
  ])('the array %s', (text, items) => {
    expect(readArray(text)).toEqual(items)
  })

  test('times become UTC without an offset', () => {
    const timestamptz = cellParser(1184)
    expect(timestamptz('2026-11-21 03:08:09.5+02')).toBe('2026-11-21 01:08:09.5')
    expect(timestamptz('2026-01-01 00:15:00-05:30')).toBe('2026-01-01 05:45:00')
    expect(timestamptz('2026-11-21 03:08:09.123456+00')).toBe('2026-11-21 03:08:09.123456')
  })

  test('big numbers stay text, booleans and bytes do not', () => {
    expect(cellParser(20)('9007199254740993')).toBe('9007199254740993')
    expect(cellParser(1000)('{t,f,NULL}')).toEqual([true, false, null])
    expect(cellParser(17)(String.raw`\x00ff`)).toEqual([0, 255])
    expect([columnType(23), columnType(1007), columnType(99_999)]).toEqual([0, 64, 7])
  })
})
