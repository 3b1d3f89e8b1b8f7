/** A column: its name in the first line, and what a row has in it. Null is an empty cell. */
export interface CsvColumn<Row> {
  readonly name: string
  readonly value: (row: Row) => string | null
  /** The product's own decimal numbers; anything else is text. */
  readonly isNumber?: boolean
}

const NUMBER = /^-?\d+(\.\d+)?$/
/** What a spreadsheet takes for the begin of a formula, also written wide. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/
const NEEDS_QUOTES = /[",\r\n\t]|^\s|\s$|^'/

/** A text that is a formula to a spreadsheet gets an apostrophe before it, which the spreadsheet doesn't show. */
function cell(text: string, isNumber: boolean): string {
  if (isNumber && NUMBER.test(text)) return text
  const safe = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`

/** The first line of a CSV file (RFC 4180), with its end. */
export const csvHeader = <Row>(columns: readonly CsvColumn<Row>[]): string =>
  line(columns.map(({ name }) => cell(name, false)))

/** One row of a CSV file, with its end. */
export const csvRow = <Row>(columns: readonly CsvColumn<Row>[], row: Row): string =>
  line(columns.map(({ value, isNumber = false }) => cell(value(row) ?? '', isNumber)))
