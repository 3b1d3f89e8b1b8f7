import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeWhole } from './write-file.ts'

const secretsSchema = z.object({
  databasePassword: z.string(),
  litellmMasterKey: z.string(),
  litellmSaltKey: z.string(),
  webhookSecret: z.string(),
  sessionSecret: z.string(),
  /** Seals keys that customers bring: 32 bytes in base64. */
  byokKey: z.string(),
})
/** As an earlier version may have written them. */
const keptSchema = secretsSchema.partial({ byokKey: true })
/** What local parts authenticate with; made once per state folder. */
export type LocalSecrets = z.infer<typeof secretsSchema>

const ownerOnly = 0o600

/** Reads the secrets of a state folder, making those that are not there: a newer version may need more of them. */
export function localSecrets(path: string): LocalSecrets {
  const kept = existsSync(path) ? keptSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null
  const secrets: LocalSecrets = {
    databasePassword: randomBytes(24).toString('hex'),
    litellmMasterKey: `sk-${randomBytes(24).toString('hex')}`,
    litellmSaltKey: `sk-${randomBytes(24).toString('hex')}`,
    webhookSecret: randomBytes(32).toString('hex'),
    sessionSecret: randomBytes(32).toString('hex'),
    ...kept,
    byokKey: kept?.byokKey ?? randomBytes(32).toString('base64'),
  }
  if (kept?.byokKey !== undefined) return secrets
  writeWhole(path, JSON.stringify(secrets, null, 2), ownerOnly)
  return secrets
}
