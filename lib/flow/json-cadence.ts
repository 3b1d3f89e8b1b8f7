/** A Cadence value as plain data: every number as decimal text, structs as records, nil as null. */
export type Plain = string | boolean | null | undefined | readonly Plain[] | { readonly [field: string]: Plain }

interface Typed {
  readonly type: string
  readonly value?: unknown
}

/** Reads Cadence's JSON form. Numbers stay text, so that whoever parses them decides their type. */
export function decodeCadence(json: unknown): Plain {
  const { type, value } = asTyped(json)
  switch (type) {
    case 'Optional':
      return value === null ? null : decodeCadence(value)
    case 'Array':
      return asList(value).map(decodeCadence)
    case 'Dictionary':
      return Object.fromEntries(asList(value).map(decodeEntry))
    case 'Struct':
    case 'Resource':
    case 'Event':
    case 'Contract':
    case 'Enum':
      return decodeFields(value)
    case 'Void':
      return undefined
    case 'Bool':
      return value === true
    default:
      // Types, paths and capabilities turn up in other contracts' events; nothing here reads into them.
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}

function decodeEntry(entry: unknown): [string, Plain] {
  const { key, value } = asRecord(entry)
  return [String(decodeCadence(key)), decodeCadence(value)]
}

function decodeFields(composite: unknown): Plain {
  const fields = asList(asRecord(composite)['fields']).map(asRecord)
  return Object.fromEntries(fields.map((field) => [String(field['name']), decodeCadence(field['value'])]))
}

function asTyped(json: unknown): Typed {
  const { type, value } = asRecord(json)
  if (typeof type !== 'string') throw new Error('A Cadence value has no type.')
  return { type, value }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('A Cadence value is not an object.')
  return value as Record<string, unknown>
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('A Cadence value is not a list.')
  return value
}
