// npm run litellm:config -- plugin | generic_api | webhook | poll [file]: prints, or writes, LiteLLM's configuration.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { nonEmpty, readEnvFiles, settingOf } from '#services/local/configuration.ts'
import { projectRoot } from '#services/local/home.ts'
import { litellmSnippet } from '#services/local/litellm/index.ts'

const [road = '', file] = process.argv.slice(2)
readEnvFiles()
const settings = nonEmpty(process.env)
const oracle = settingOf(settings, 'ORACLE_URL') ?? `http://127.0.0.1:${settingOf(settings, 'ORACLE_PORT') ?? '3001'}`
try {
  const snippet = litellmSnippet(road, {
    webhookUrl: settingOf(settings, 'LITELLM_WEBHOOK_URL') ?? `${oracle.replace(/\/+$/, '')}/webhook/usage`,
    litellmUrl: settingOf(settings, 'LITELLM_URL') ?? 'http://127.0.0.1:4000',
    pluginFolder: join(projectRoot, 'deploy/litellm'),
  })
  if (file === undefined) process.stdout.write(snippet)
  else writeFileSync(file, snippet, { flag: 'wx' })
} catch (error) {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') console.error(`${file} is there already.`)
  else if (error instanceof AppError) console.error(error.publicMessage)
  else throw error
  process.exitCode = 1
}
