import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { loadEnv } from '#services/platform/env.ts'
import { type SettingName, settings } from '#services/platform/settings.ts'
import { projectRoot } from './home.ts'

type Source = Readonly<Record<string, string | undefined>>

/** Which parts the user runs himself: those aren't started here. */
export interface Configured {
  readonly database: boolean
  readonly litellm: boolean
  readonly chain: boolean
}

/** Adds `.env.local` and `.env` to the environment; what is set already stays, as Next does it. */
export function readEnvFiles(folder = projectRoot): void {
  for (const name of ['.env.local', '.env']) {
    const path = join(folder, name)
    if (existsSync(path)) process.loadEnvFile(path)
  }
}

/** What the user set, and no more. */
export function configuredParts(source: Source): Configured {
  const network = settingOf(source, 'NEXT_PUBLIC_FLOW_NETWORK') ?? 'emulator'
  return {
    database: settingOf(source, 'DATABASE_URL') !== undefined,
    litellm: settingOf(source, 'LITELLM_URL') !== undefined,
    chain: network !== 'emulator' || settingOf(source, 'FLOW_ACCESS_NODE') !== undefined,
  }
}

/** The demonstration moves money of its own, and backwards in time: it refuses any chain but its own emulator. */
export function requireLocalChain(source: Source): void {
  if (!configuredParts(source).chain) return
  throw new AppError(
    'config_invalid',
    'The demonstration runs on the emulator that npm start brings. Nothing was started. ' +
      'Remove NEXT_PUBLIC_FLOW_NETWORK and FLOW_ACCESS_NODE from the settings, or start without --demo.',
  )
}

/** A setting under its own name or an alias; an empty one counts as not set. */
export function settingOf(source: Source, name: SettingName): string | undefined {
  const setting = settings[name]
  const aliases: readonly string[] = 'aliases' in setting ? (setting.aliases ?? []) : []
  return [name, ...aliases].map((candidate) => source[candidate]?.trim()).find(Boolean)
}

/**
 * Throws a sentence for each wrong value before anything is started. Only what a local part will supply is filled
 * in, so a part of one's own that lacks its password is found here.
 */
export function checkConfiguration(source: Source): void {
  const { database, litellm, chain } = configuredParts(source)
  const later = 'supplied-when-the-part-runs'
  loadEnv({
    SESSION_SECRET: later,
    ...(database ? {} : { DATABASE_URL: 'postgresql://127.0.0.1/flareflow' }),
    ...(litellm ? {} : localLitellm(later)),
    ...(chain ? {} : { FLOW_CONTRACT_ADDRESS: '0x0000000000000000' }),
    ...nonEmpty(source),
  })
}

function localLitellm(secret: string): Record<string, string> {
  return { LITELLM_URL: 'http://127.0.0.1', LITELLM_MASTER_KEY: secret, LITELLM_WEBHOOK_SECRET: secret }
}

/** Without the settings that are there but empty, which would hide a default. */
export function nonEmpty(source: Source): Record<string, string> {
  return Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  )
}
