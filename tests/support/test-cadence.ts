import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#services/local/home.ts'

/** Cadence that only tests run, by the name of its file. */
export const readTestCadence = (name: string): string =>
  readFileSync(join(projectRoot, 'tests/chain/cadence', `${name}.cdc`), 'utf8')

/** The code of one of the project's transactions: `owner/deposit`. */
export const readTransaction = (name: string): string =>
  readFileSync(join(projectRoot, 'cadence/transactions', `${name}.cdc`), 'utf8')
