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
})
/** What local parts authenticate with; made once per state folder. */
export type LocalSecrets = z.infer<typeof secretsSchema>

const ownerOnly = 0o600

/** Reads the secrets of a state folder, making them the first time. */
export function localSecrets(path: string): LocalSecrets {
  if (existsSync(path)) return secretsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const secrets: LocalSecrets = {
    databasePassword: randomBytes(24).toString('hex'),
    litellmMasterKey: `sk-${randomBytes(24).toString('hex')}`,
    litellmSaltKey: `sk-${randomBytes(24).toString('hex')}`,
    webhookSecret: randomBytes(32).toString('hex'),
    sessionSecret: randomBytes(32).toString('hex'),
  }
  writeWhole(path, JSON.stringify(secrets, null, 2), ownerOnly)
  return secrets
}
