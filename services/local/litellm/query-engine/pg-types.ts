import { readArray } from './pg-array.ts'

/** Column types of the driver adapters of Prisma 5.17, by their number. */
const column = {
  int32: 0,
  int64: 1,
  float: 2,
  double: 3,
  numeric: 4,
  boolean: 5,
  text: 7,
  date: 8,
  time: 9,
  dateTime: 10,
  json: 11,
  bytes: 13,
  uuid: 15,
} as const
/** An array's column type is its element's, further up. */
const arrayOffset = 64

type Cell = string | number | boolean | null | number[]
type Parse = (text: string) => Cell
interface Scalar {
  readonly type: number
  readonly parse: Parse
}

const asText: Parse = (text) => text
const asNumber: Parse = Number
const asBytes: Parse = (text) => [...Buffer.from(text.replace(/^\\x/, ''), 'hex')]

/** `2026-11-21 03:08:09.5+02` → `2026-11-21 01:08:09.5`: the engine takes times as UTC without an offset. */
const asUtc: Parse = (text) => {
  const [, local, sign, hours = '0', minutes = '0'] = /^(.*?)([+-])(\d\d)(?::?(\d\d))?$/.exec(text) ?? []
  if (local === undefined) return text
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  if (offset === 0) return local
  const [seconds = '', fraction] = local.split('.')
  const utc = new Date(Date.parse(`${seconds.replace(' ', 'T')}Z`) - offset * 60_000)
  const head = utc.toISOString().slice(0, 19).replace('T', ' ')
  return fraction === undefined ? head : `${head}.${fraction}`
}

const text: Scalar = { type: column.text, parse: asText }
/** By Postgres' type number. What isn't here (varchar, name, enums, void) is read as text. */
const scalars: Readonly<Record<number, Scalar>> = {
  16: { type: column.boolean, parse: (value) => value === 't' },
  17: { type: column.bytes, parse: asBytes },
  20: { type: column.int64, parse: asText },
  21: { type: column.int32, parse: asNumber },
  23: { type: column.int32, parse: asNumber },
  26: { type: column.int64, parse: asText },
  114: { type: column.json, parse: asText },
  700: { type: column.float, parse: asNumber },
  701: { type: column.double, parse: asNumber },
  790: { type: column.numeric, parse: (value) => value.replace(/[^0-9.-]/g, '') },
  1082: { type: column.date, parse: asText },
  1083: { type: column.time, parse: asText },
  1114: { type: column.dateTime, parse: asText },
  1184: { type: column.dateTime, parse: asUtc },
  1266: { type: column.time, parse: (value) => value.replace(/[+-].*$/, '') },
  1700: { type: column.numeric, parse: asText },
  2950: { type: column.uuid, parse: asText },
  3802: { type: column.json, parse: asText },
}
const textElement = 25
const elementOf: Readonly<Record<number, number>> = {
  143: textElement,
  199: 114,
  651: textElement,
  791: 790,
  1000: 16,
  1001: 17,
  1002: textElement,
  1003: textElement,
  1005: 21,
  1007: 23,
  1009: textElement,
  1014: textElement,
  1015: textElement,
  1016: 20,
  1021: 700,
  1022: 701,
  1028: 26,
  1041: textElement,
  1115: 1114,
  1182: 1082,
  1183: 1083,
  1185: 1184,
  1231: 1700,
  1270: 1266,
  1561: textElement,
  1563: textElement,
  2951: 2950,
  3807: 3802,
}

/** The engine's column type for a Postgres type. */
export function columnType(oid: number): number {
  const element = elementOf[oid]
  return element === undefined ? (scalars[oid] ?? text).type : (scalars[element] ?? text).type + arrayOffset
}

/** What turns Postgres' text form of a type into what the engine takes. */
export function cellParser(oid: number): (value: string) => Cell | Cell[] {
  const element = elementOf[oid]
  if (element === undefined) return (scalars[oid] ?? text).parse
  const { parse } = scalars[element] ?? text
  return (value) => readArray(value).map((item) => (item === null ? null : parse(item)))
}
