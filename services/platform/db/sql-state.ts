interface DatabaseError {
  readonly code: string
  readonly constraint?: string
}

/** The database's own error, also behind Drizzle's wrapper; null when another thing failed. */
function databaseError(error: unknown): DatabaseError | null {
  if (!(error instanceof Error)) return null
  return 'code' in error && typeof error.code === 'string' ? (error as DatabaseError) : databaseError(error.cause)
}

/** SQLSTATE of a failed query; empty when another thing failed. */
export const sqlState = (error: unknown): string => databaseError(error)?.code ?? ''

/** Class 08, a shutdown or a start, no connection left; and what the network says of the connection. */
const AWAY = /^(08|57P0|53300|ECONN|EPIPE$|ETIMEDOUT$|ENOTFOUND$|EAI_AGAIN$|EHOST|ENET)/
/** What the driver and its pool say without a code. */
const AWAY_WORDS = /timeout exceeded when|timeout expired|connection terminated|is not queryable/i

/** Whether a query failed as the database wasn't there. What other services' clients throw is not asked about. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { cause } = error
  // Drizzle's error of a query; Next may hold its class more than once.
  if (!('query' in error && 'params' in error)) return isDatabaseAway(cause)
  const code = sqlState(cause)
  return code === '' ? cause instanceof Error && AWAY_WORDS.test(cause.message) : AWAY.test(code)
}

/** Class 22 is data that doesn't fit, class 23 a broken constraint: trying the same again can't help. */
export const isRefusedData = (error: unknown): boolean => /^2[23]/.test(sqlState(error))

/** Unique violation, serialization failure, deadlock. */
const RACES = ['23505', '40001', '40P01']

/** Whether another transaction was faster, so that trying again can help. */
export function isLostRace(error: unknown): boolean {
  const found = databaseError(error)
  if (found === null) return false
  // A row without a partition breaks a check that has no name.
  return RACES.includes(found.code) || (found.code === '23514' && found.constraint === undefined)
}
