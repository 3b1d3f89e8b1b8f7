/** A JSON Schema, as far as this project reads it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

/** A field of a schema as a row of a table. */
export interface SchemaField {
  /** `messages[].role` */
  readonly name: string
  /** In words: "string or null", "one of eco, balanced, precision". */
  readonly type: string
  readonly required: boolean
  readonly description: string
}

const quoted = (values: readonly unknown[]): string => values.map((value) => String(value)).join(', ')

/** What a value may be, in words. */
export function typeInWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return `“${String(schema.const)}”`
  if (schema.enum) return schema.enum.length === 1 ? `“${quoted(schema.enum)}”` : `one of ${quoted(schema.enum)}`
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map(typeInWords))].join(' or ')
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'array of strings' : 'array'
  return typeof schema.type === 'string' ? schema.type : 'any'
}

/** The objects that a value may be or hold: itself, a choice of it, the items of a list. */
function objectsIn(schema: JsonSchema): { readonly suffix: string; readonly schema: JsonSchema }[] {
  const choices = schema.anyOf ?? schema.oneOf ?? [schema]
  return choices.flatMap((choice) => {
    if (choice.properties) return [{ suffix: '', schema: choice }]
    if (!choice.items) return []
    return objectsIn(choice.items).map(({ suffix, schema: item }) => ({ suffix: `[]${suffix}`, schema: item }))
  })
}

/** Every field of a schema, those inside of objects and lists under their path; each name once. */
export function fieldsOf(schema: JsonSchema, prefix = ''): SchemaField[] {
  const fields = objectsIn(schema).flatMap(({ suffix, schema: object }) =>
    Object.entries(object.properties ?? {}).flatMap(([key, value]) => {
      const path = `${prefix}${suffix}`
      const name = path ? `${path}.${key}` : key
      const own = {
        name,
        type: typeInWords(value),
        required: object.required?.includes(key) ?? false,
        description: value.description ?? '',
      }
      return [own, ...fieldsOf(value, name)]
    }),
  )
  return fields.filter(({ name }, index) => fields.findIndex((other) => other.name === name) === index)
}
