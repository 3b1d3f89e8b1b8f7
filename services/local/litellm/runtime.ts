import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Python } from './python.ts'

/** Where the parts of an installed LiteLLM lie. */
export interface LitellmRuntime {
  readonly folder: string
  readonly python: string
  /** Programs of the Python environment. */
  readonly bin: string
  /** Folder with the node_modules of Prisma. */
  readonly packages: string
  /** What LiteLLM starts as its query engine. */
  readonly queryEngine: string
  /** Folder with a `prisma` that says the schema is as it should be. */
  readonly prismaStandIn: string
}

export const requirementsFile = join(import.meta.dirname, 'requirements.txt')
export const engineManifests = join(import.meta.dirname, 'engine')

/** Raised when the way of installing changes, so that older installations are not taken for this one. */
const layout = '1'
const readyFile = 'ready'

/** The place of this very set of packages for this Python; other sets lie beside it. */
export function runtimeIn(cacheDir: string, python: Python): LitellmRuntime {
  const hash = createHash('sha256').update(`${layout} ${python.version} ${process.platform} ${process.arch}\n`)
  for (const file of [requirementsFile, join(engineManifests, 'package-lock.json')]) hash.update(readFileSync(file))
  const folder = join(cacheDir, 'litellm', hash.digest('hex').slice(0, 16))
  const bin = join(folder, 'venv/bin')
  const programs = join(folder, 'programs')
  return {
    folder,
    bin,
    python: join(bin, 'python'),
    packages: join(folder, 'engine'),
    queryEngine: join(programs, 'query-engine'),
    prismaStandIn: join(programs, 'path'),
  }
}

/** True when the installation was finished, and the Python that it rests on is still there. */
export function isComplete({ folder, python }: LitellmRuntime): boolean {
  return existsSync(join(folder, readyFile)) && existsSync(python)
}

export const completionMark = ({ folder }: LitellmRuntime): string => join(folder, readyFile)
