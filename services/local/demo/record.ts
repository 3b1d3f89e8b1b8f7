import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { writeWhole } from '../write-file.ts'

const recordSchema = z.object({
  /** The chain that it was played on; another one begins afresh. */
  deploymentId: z.string(),
  /** The last moment of the made-up past: the same at every start, so that nothing is told twice. */
  until: z.string(),
  accounts: z.array(z.object({ name: z.string(), address: z.string(), privateKey: z.string() })),
  subscriptions: z.array(
    z.object({ serviceName: z.string(), vaultId: z.string(), secret: z.string().nullable(), isToldUp: z.boolean() }),
  ),
})

/** What the demonstration made so far. Holds keys, so it is readable by the user alone. */
export type DemoRecord = z.infer<typeof recordSchema>

/** What an earlier start made on this very chain, or a blank record. */
export function readRecord(path: string, deploymentId: string, now: Date): DemoRecord {
  if (existsSync(path)) {
    const record = recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    if (record.deploymentId === deploymentId) return record
  }
  return { deploymentId, until: now.toISOString(), accounts: [], subscriptions: [] }
}

/** Keeps each step before the next, so that a start that is cut off goes on where it was. */
export function keepRecord(path: string, record: DemoRecord): void {
  writeWhole(path, `${JSON.stringify(record, null, 2)}\n`, 0o600)
}
