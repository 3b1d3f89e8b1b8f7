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
