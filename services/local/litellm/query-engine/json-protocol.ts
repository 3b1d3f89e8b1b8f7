import type { DataModel } from './data-model.ts'
import { type Json, type JsonObject, readOperation, type Selection } from './graphql-text.ts'

/** A query in Prisma's JSON protocol, the only one that the WASM engine speaks. */
export interface JsonQuery {
  modelName?: string
  action: string
  query: { arguments: JsonObject; selection: Selection }
}

const actions = [
  'findUnique',
  'findFirst',
  'findMany',
  'createOne',
  'createMany',
  'updateOne',
  'updateMany',
  'upsertOne',
  'deleteOne',
  'deleteMany',
  'aggregate',
  'groupBy',
]
/** Arguments that hold values of the model's fields. */
const typedArguments = new Set(['where', 'data', 'create', 'update', 'cursor', 'having'])
/** Filters and changes of a Json field whose operand is itself JSON. */
const jsonOperators = new Set(
  'equals not gt gte lt lte array_contains array_starts_with array_ends_with set push in notIn has'.split(' '),
)
/** What may stand in a relation's value in place of fields. */
const relationOperators = new Set(
  (
    'create createMany connect connectOrCreate update updateMany upsert delete deleteMany ' +
    'disconnect set is isNot some every none where data AND OR NOT'
  ).split(' '),
)
/** Relation operators whose value holds operators again: `upsert: {where, create, update}`. */
const nestingOperators = new Set(['createMany', 'connectOrCreate', 'upsert', 'update', 'updateMany'])

/** Translates one GraphQL text. The answer belongs under `alias`. */
export function toJsonQuery(text: string, models: DataModel): { alias: string; query: JsonQuery } {
  const { alias, field, arguments: args, selection } = readOperation(text)
  if (field === 'queryRaw' || field === 'executeRaw') {
    return { alias, query: { action: field, query: { arguments: args, selection } } }
  }
  const { action, modelName } = splitField(field)
  const query = {
    arguments: markArguments(models, modelName, args),
    selection: markSelection(models, modelName, selection),
  }
  return { alias, query: { modelName, action, query } }
}

function splitField(field: string): { action: string; modelName: string } {
  const action = actions.find((candidate) => field.startsWith(candidate))
  if (action === undefined) throw new Error(`The operation ${field} is not known.`)
  const modelName = field.slice(action.length)
  const orThrow = action.startsWith('find') && action !== 'findMany' && modelName.endsWith('OrThrow')
  return orThrow ? { action: `${action}OrThrow`, modelName: modelName.slice(0, -7) } : { action, modelName }
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !('$type' in value)

function mapObject(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}

function markArguments(models: DataModel, model: string, args: JsonObject): JsonObject {
  return mapObject(args, (value, key) => (typedArguments.has(key) ? markValue(models, model, value, false) : value))
}

function markSelection(models: DataModel, model: string, selection: Selection): Selection {
  const entries = Object.entries(selection).map(([field, selected]) => {
    const related = models.get(model)?.get(field)
    if (selected === true || related === undefined || !models.has(related)) return [field, selected]
    const { arguments: args, selection: inner } = selected
    return [
      field,
      { arguments: markArguments(models, related, args), selection: markSelection(models, related, inner) },
    ]
  })
  return Object.fromEntries(entries) as Selection
}

/**
 * In GraphQL text the value of a Json field is a string that holds JSON. In the JSON protocol a bare string is itself
 * the JSON value, so what belongs to a Json field must be marked, or text would be stored as a JSON string.
 */
function markValue(models: DataModel, model: string, value: Json, isRelation: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => markValue(models, model, item, isRelation))
  if (!isObject(value)) return value
  return mapObject(value, (inner, key) => {
    if (isRelation && relationOperators.has(key)) return markValue(models, model, inner, nestingOperators.has(key))
    const type = models.get(model)?.get(key)
    // AND, OR, NOT and the names of compound keys: the same model goes on inside.
    if (type === undefined) return markValue(models, model, inner, false)
    if (type === 'Json') return markJson(inner)
    return models.has(type) ? markValue(models, type, inner, true) : inner
  })
}

function markJson(value: Json): Json {
  if (typeof value === 'string') return { $type: 'Json', value }
  if (Array.isArray(value)) return value.map(markJson)
  if (!isObject(value)) return value
  return mapObject(value, (inner, key) => (jsonOperators.has(key) ? markJson(inner) : inner))
}

/** Takes the JSON protocol's type marks out of an answer: the GraphQL protocol has none. */
export function withoutMarks(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutMarks)
  if (value === null || typeof value !== 'object') return value
  if (typeof value.$type === 'string' && value.value !== undefined) {
    const isOpaque = value.$type === 'Raw' || value.$type === 'FieldRef'
    return isOpaque ? value.value : withoutMarks(value.value)
  }
  return mapObject(value, withoutMarks)
}
