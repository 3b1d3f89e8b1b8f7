import { type SQL, sql } from 'drizzle-orm'

type Type = 'text' | 'bigint' | 'integer' | 'boolean' | 'timestamptz' | 'date' | 'uuid' | 'jsonb'
type Value = string | number | bigint | boolean | null

/** A column of rows that go into the database: its name, its type there, its value. */
export type Column<T> = readonly [name: string, type: Type, valueOf: (row: T) => Value]

/** The columns' names, as an insert lists them. */
export const namesOf = <T>(columns: readonly Column<T>[]): string => columns.map(([name]) => name).join(', ')

/** Rows as something that a composed query can select from, `unnest(…) as given (…)`. */
export function rowsOf<T>(rows: readonly T[], columns: readonly Column<T>[]): SQL {
  const arrays = columns.map((column) => sql`${arrayText(rows, column)}::${sql.raw(column[1])}[]`)
  return sql`unnest(${sql.join(arrays, sql`, `)}) as given (${sql.raw(namesOf(columns))})`
}

/**
 * The same for a statement of fixed text: one parameter a column, from `$first` on, however many rows there are. A
 * parameter for each value would cost more than the insert itself.
 */
export function rowsFrom<T>(columns: readonly Column<T>[], first = 1): string {
  const arrays = columns.map(([, type], i) => `$${first + i}::${type}[]`)
  return `unnest(${arrays.join(', ')}) as given (${namesOf(columns)})`
}

/** The parameters for `rowsFrom`: each column as Postgres writes an array. */
export const arraysOf = <T>(rows: readonly T[], columns: readonly Column<T>[]): string[] =>
  columns.map((column) => arrayText(rows, column))

function arrayText<T>(rows: readonly T[], [, type, valueOf]: Column<T>): string {
  const isQuoted = type === 'text' || type === 'jsonb'
  let text = '{'
  for (const row of rows) {
    const value = valueOf(row)
    if (text.length > 1) text += ','
    text += value === null ? 'NULL' : isQuoted ? quoted(String(value)) : String(value)
  }
  return `${text}}`
}

const SPECIAL = /["\\]/
const quoted = (text: string): string => `"${SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
