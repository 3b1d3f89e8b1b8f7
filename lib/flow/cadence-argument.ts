import { AppError } from '../errors/app-error.ts'
import { parseFlow } from '../money/decimal.ts'
import type { CadenceParameter } from './cadence-signature.ts'

/** A value in Cadence's JSON form. */
export interface JsonCadence {
  readonly type: string
  readonly value?: unknown
}

type SmallInteger = 'UInt8' | 'UInt16' | 'UInt32' | 'Int8' | 'Int16' | 'Int32' | 'Int'
type LargeInteger = 'UInt' | 'UInt64' | 'UInt128' | 'UInt256' | 'Int64' | 'Int128' | 'Int256'

/** What TypeScript passes for a Cadence type: UFix64 as exact decimal text, 64-bit integers and wider as bigint. */
export type CadenceInput<T extends string> = T extends `${infer Inner}?`
  ? CadenceInput<Inner> | null
  : T extends `[${infer Item}]`
    ? ReadonlyArray<CadenceInput<Item>>
    : T extends `{${infer Key}: ${infer Value}}`
      ? Key extends 'String' | 'Address'
        ? Readonly<Record<string, CadenceInput<Value>>>
        : never
      : T extends 'String' | 'Address' | 'UFix64' | 'Character'
        ? string
        : T extends 'Bool'
          ? boolean
          : T extends SmallInteger
            ? number | bigint
            : T extends LargeInteger
              ? bigint
              : never

/** The arguments of a transaction or script, by parameter name. */
export type CadenceArguments<P extends readonly CadenceParameter[]> = {
  readonly [Parameter in P[number] as Parameter['name']]: CadenceInput<Parameter['type']>
}

/** Writes arguments in the order of the parameters. Throws `invalid_request` when one doesn't fit its type. */
export function encodeArguments(
  parameters: readonly CadenceParameter[],
  args: Readonly<Record<string, unknown>>,
): JsonCadence[] {
  const unknown = Object.keys(args).filter((name) => !parameters.some((parameter) => parameter.name === name))
  if (unknown.length > 0) throw misfit(unknown.join(', '), 'no such parameter')
  return parameters.map(({ name, type }) => encodeArgument(type, args[name], name))
}

/** Writes one value in Cadence's JSON form; `path` names it in an error. */
export function encodeArgument(type: string, value: unknown, path = 'value'): JsonCadence {
  if (type.endsWith('?')) {
    return { type: 'Optional', value: value === null ? null : encodeArgument(type.slice(0, -1), value, path) }
  }
  if (type.startsWith('[')) return encodeArray(type.slice(1, -1), value, path)
  if (type.startsWith('{')) return encodeDictionary(type, value, path)
  return { type, value: encodeSimple(type, value, path) }
}

function encodeArray(item: string, value: unknown, path: string): JsonCadence {
  if (!Array.isArray(value)) throw misfit(path, 'a list is needed')
  return { type: 'Array', value: value.map((each: unknown, index) => encodeArgument(item, each, `${path}[${index}]`)) }
}

function encodeDictionary(type: string, value: unknown, path: string): JsonCadence {
  const colon = type.indexOf(': ')
  const [key, item] = [type.slice(1, colon), type.slice(colon + 2, -1)]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(path, 'a record is needed')
  const entries = Object.entries(value).map(([name, each]: [string, unknown]) => ({
    key: encodeArgument(key, name, `${path} key`),
    value: encodeArgument(item, each, `${path}.${name}`),
  }))
  return { type: 'Dictionary', value: entries }
}

function encodeSimple(type: string, value: unknown, path: string): string | boolean {
  if (type === 'Bool' && typeof value === 'boolean') return value
  if (type === 'UFix64' && typeof value === 'string') return encodeUFix64(value, path)
  if (type === 'Address' && typeof value === 'string' && /^0x[0-9a-fA-F]{16}$/.test(value)) return value.toLowerCase()
  if ((type === 'String' || type === 'Character') && typeof value === 'string') return value
  if (/^U?Int\d*$/.test(type)) return encodeInteger(type, value, path)
  throw misfit(path, `${type} does not take this ${typeof value}`)
}

/** Cadence wants a point and at most 8 decimals; the text goes through as exact units, never as a number. */
function encodeUFix64(text: string, path: string): string {
  try {
    parseFlow(text)
    return text.includes('.') ? text : `${text}.0`
  } catch (cause) {
    throw misfit(path, 'UFix64 takes a non-negative decimal with at most 8 decimals', cause)
  }
}

function encodeInteger(type: string, value: unknown, path: string): string {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!whole) throw misfit(path, `${type} takes a whole number`)
  const number = BigInt(value)
  const signed = type.startsWith('Int')
  const bits = BigInt(type.replace(/\D/g, '') || '256')
  const least = signed ? -(2n ** (bits - 1n)) : 0n
  const most = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n
  if (number < least || number > most) throw misfit(path, `beyond ${type}`)
  return number.toString()
}

function misfit(path: string, why: string, cause?: unknown): AppError {
  return new AppError('invalid_request', 'A value does not fit what the contract takes. Nothing was sent.', {
    internal: `argument ${path}: ${why}`,
    cause,
  })
}
