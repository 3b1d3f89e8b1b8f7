import { type SQL, sql } from 'drizzle-orm'

type Type = 'text' | 'bigint' | 'integer' | 'boolean' | 'timestamptz' | 'date' | 'uuid' | 'jsonb'
type Value = string | number | bigint | boolean | null

/** A column of rows that go into the database: its name, its type there, its value. */
export type Column<T> = readonly [name: string, type: Type, valueOf: (row: T) => Value]

/**
 * Rows as something to select from, `unnest(…) as given (…)`: one parameter a column however many rows there are, as
 * a parameter for each value costs more than the insert itself.
 */
export function rowsOf<T>(rows: readonly T[], columns: readonly Column<T>[]): SQL {
  const arrays = columns.map((column) => sql`${arrayText(rows, column)}::${sql.raw(column[1])}[]`)
  return sql`unnest(${sql.join(arrays, sql`, `)}) as given (${namesOf(columns)})`
}

/** The columns' names, as an insert and its select list them. */
export const namesOf = <T>(columns: readonly Column<T>[]): SQL => sql.raw(columns.map(([name]) => name).join(', '))

/** A column as Postgres writes an array. */
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
