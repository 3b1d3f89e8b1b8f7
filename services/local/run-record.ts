import { existsSync, readFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { endParts, type RunningPart } from './end-parts.ts'
import { isRunning } from './process-identity.ts'
import { writeWhole } from './write-file.ts'

const runSchema = z.object({
  run: z.string(),
  parts: z.array(
    z.object({
      name: z.string(),
      pid: z.number().int(),
      startedAt: z.string(),
      signal: z.enum(['SIGTERM', 'SIGINT']),
      graceMs: z.number(),
      stage: z.number(),
    }),
  ),
})

/** Notes which processes belong to a run, for the start after a crash of the whole machine. */
export function writeRun(path: string, run: string, parts: readonly RunningPart[]): void {
  writeWhole(path, JSON.stringify({ run, parts }, null, 2))
}

/** Ends what an earlier run left running, and forgets the record. Returns the names of what was still there. */
export async function endLeftovers(path: string): Promise<string[]> {
  if (!existsSync(path)) return []
  const { run, parts } = runSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const left = parts.filter(isRunning)
  await endParts(left, run)
  rmSync(path, { force: true })
  return left.map((part) => part.name)
}
