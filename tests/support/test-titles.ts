import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#services/local/home.ts'

/** A literal after `test(`, `describe(` or the `)(` of a table, or one that a table of planted bugs gives its tests. */
const TITLE = /(?:(?:\b(?:test|describe)(?:\.\w+)*|\))\(|\bbug:)\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g

/** The titles of tests and of groups of tests, as they are written. */
export const titlesIn = (code: string): string[] =>
  [...code.matchAll(TITLE)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'))

/** Names under which no test of the files stands. A word that a test only uses names none. */
export function withoutTest(names: readonly string[], files: readonly string[]): string[] {
  const titles = new Set(files.flatMap((file) => titlesIn(readFileSync(join(projectRoot, file), 'utf8'))))
  return names.filter((name) => !titles.has(name))
}

/** Columns of a table that name tests, and nothing else. */
const OF_TESTS = ['may', 'nobody else', 'test']
const NAMES = /^"[^"]+"(?:, "[^"]+")*$/

/** The cells of a text's tables that should name tests and don't: `the row's act, the column: what is there`. */
export function cellsWithoutTest(text: string): string[] {
  const tables = text.split(/\n(?!\|)/).map((part) => part.split('\n').filter((line) => line.startsWith('|')))
  return tables.flatMap(([header = '', , ...rows]) => {
    const columns = cellsOf(header)
    const act = columns[0] === 'actor' ? 1 : 0
    return rows.map(cellsOf).flatMap((row) =>
      columns
        .map((column, at) => ({ column, cell: row[at] ?? '' }))
        .filter(({ column, cell }) => OF_TESTS.includes(column) && !NAMES.test(cell))
        .map(({ column, cell }) => `${row[act]}, ${column}: ${cell}`),
    )
  })
}

const cellsOf = (row: string): string[] =>
  row
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
