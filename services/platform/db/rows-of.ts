import { type SQL, sql } from 'drizzle-orm'

type Value = string | number | bigint | boolean | null

/** A column of rows that go into the database: its name, its type there, its value. */
export type Column<T> = readonly [name: string, type: string, valueOf: (row: T) => Value]

/**
 * Rows as something to select from, `unnest(…) as given (…)`: one parameter a column however many rows there are, as
 * a parameter for each value costs more than the insert itself.
 */
export function rowsOf<T>(rows: readonly T[], columns: readonly Column<T>[]): SQL {
  const arrays = columns.map(([, type, valueOf]) => sql`${sql.param(rows.map(valueOf))}::${sql.raw(type)}[]`)
  return sql`unnest(${sql.join(arrays, sql`, `)}) as given (${namesOf(columns)})`
}

/** The columns' names, as an insert and its select list them. */
export const namesOf = <T>(columns: readonly Column<T>[]): SQL => sql.raw(columns.map(([name]) => name).join(', '))
