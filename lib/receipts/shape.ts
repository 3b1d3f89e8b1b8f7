export type Fields = Readonly<Record<string, unknown>>

/** A document is not what it should be; the message names the field and the rule. */
export class ShapeFault extends Error {
  constructor(path: string, rule: string) {
    super(`${path} ${rule}`)
    this.name = 'ShapeFault'
  }
}

const fault = (path: string, rule: string): never => {
  throw new ShapeFault(path, rule)
}

/** The fields of an object that has these and no others. Throws `ShapeFault`, as all of these do. */
export function fieldsOf(value: unknown, path: string, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault(path, 'is not an object')
  const missing = names.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) fault(`${path}.${missing}`, 'is missing')
  const odd = Object.keys(value).find((name) => !names.includes(name))
  if (odd !== undefined) fault(`${path}.${odd.slice(0, 40)}`, 'is not a field of this version')
  return value as Fields
}

export function listOf(value: unknown, path: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) return fault(path, 'is not a list')
  return value.length > most ? fault(path, `has more than ${most} entries`) : value
}

export function textOf(value: unknown, path: string, pattern: RegExp, rule: string): string {
  return typeof value === 'string' && pattern.test(value) ? value : fault(path, rule)
}

export const hashOf = (value: unknown, path: string): string =>
  textOf(value, path, /^[0-9a-f]{64}$/, 'is not 64 lower-case hex digits')

/** A whole number of up to 20 digits as decimal text without leading zeros. */
export const countOf = (value: unknown, path: string): string =>
  textOf(value, path, /^(0|[1-9]\d{0,19})$/, 'is not a whole number')

export function wholeOf(value: unknown, path: string, least: number, most: number): number {
  const isWhole = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
  return isWhole ? value : fault(path, `is not a whole number from ${least} to ${most}`)
}

export function oneOf<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  return found ?? fault(path, `is none of ${choices.join(', ')}`)
}

/** The value of JSON text. Throws `ShapeFault` when it is none. */
export function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fault(path, 'is not JSON')
  }
}

/** A vault's number, or a credit account's, negated. */
export const payerOf = (value: unknown, name: string): string =>
  textOf(value, name, /^(-[1-9]\d{0,18}|0|[1-9]\d{0,19})$/, 'is not a number')
