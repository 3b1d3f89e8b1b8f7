import type { Ports } from '../addresses.ts'
import type { Configured } from '../configuration.ts'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import type { LocalSecrets } from '../secrets.ts'
import type { Supervisor } from '../supervisor.ts'

/** Environment variables, by name. */
export type Variables = Readonly<Record<string, string>>

/** What the start of each part is given. */
export interface StackContext {
  readonly home: Home
  readonly supervisor: Supervisor
  readonly progress: Progress
  /** What the user set, empty values left out. */
  readonly settings: Variables
  readonly configured: Configured
  readonly ports: Ports
  readonly secrets: LocalSecrets
  /** Pages are compiled when they are asked for, for work on them. */
  readonly dev: boolean
  /** Customers, a year of usage and live traffic are made up; everything that happens to them is real. */
  readonly demo: boolean
}
