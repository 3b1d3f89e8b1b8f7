import type { Db } from './client.ts'

/** A statement whose text never changes: a connection parses and plans it once, by its name. */
export interface Statement {
  readonly name: string
  readonly text: string
  /**
   * Planned each time. For statements that look for rows: a plan that was made while a table was small would read all
   * of it for ever after.
   */
  readonly isPlannedAnew?: boolean
}

/**
 * Sends a statement at once, and not when it is awaited: those that are sent one after another on a transaction's
 * connection travel together, and the database carries them out in that order.
 */
export async function run<Row = Record<string, unknown>>(
  db: Db,
  { name, text, isPlannedAnew = false }: Statement,
  params: readonly unknown[],
): Promise<Row[]> {
  const query = { sql: text, params: [...params] }
  const prepared = db._.session.prepareQuery<Answer<Row>>(query, undefined, isPlannedAnew ? undefined : name, false)
  return (await prepared.execute()).rows
}

interface Answer<Row> {
  execute: { rows: Row[] }
  all: unknown
  values: unknown
}
