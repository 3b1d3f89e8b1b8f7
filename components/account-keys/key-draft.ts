import { POWER_LEVELS, type GatewayKey, type PowerLevel } from '#hooks/credit-types.ts'
import type { KeyDraft } from '#hooks/use-gateway-keys.ts'

/** A key's settings as a form has them. */
export interface KeyText {
  name: string
  power: PowerLevel | 'request'
  /** Names with commas or spaces between; empty: all. */
  models: string
}

export const textOf = ({ name, power, models }: Pick<GatewayKey, 'name' | 'power' | 'models'>): KeyText => ({
  name,
  power: power ?? 'request',
  models: models?.join(', ') ?? '',
})

export function draftOf({ name, power, models }: KeyText): KeyDraft {
  const names = models.split(/[\s,]+/).filter(Boolean)
  return {
    name: name.trim(),
    power: POWER_LEVELS.find((level) => level === power) ?? null,
    models: names.length > 0 ? names : null,
  }
}

const LONGEST_NAME = 80

export function nameFault(name: string): string | undefined {
  if (name.trim() === '') return 'Give the key a name.'
  return name.trim().length > LONGEST_NAME ? `Use at most ${LONGEST_NAME} characters.` : undefined
}
