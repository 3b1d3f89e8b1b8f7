import { boundedLabel, usageEventSchema } from '#lib/metering/usage-event.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'

const FIELDS = new Set<string>(Object.keys(usageEventSchema.shape))
const MOST_TAGS = 32

/** A value that no prompt or answer fits into; undefined for any other. */
function factOf(value: unknown): unknown {
  if (typeof value === 'string') return boundedLabel(value)
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

function fieldOf(name: string, value: unknown): unknown {
  if (name !== 'tags' || !Array.isArray(value)) return factOf(value)
  return value.slice(0, MOST_TAGS).map((tag) => factOf(tag) ?? null)
}

/**
 * What is kept of an item that could not be stored: an event's own fields, as an event would keep them. Whatever else
 * was sent may be the content of a call; only its hash tells it from other items.
 */
export function eventFacts(item: unknown): Record<string, unknown> {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { content: hashOf(item) }
  const entries = Object.entries(item)
  const kept = entries
    .filter(([name]) => FIELDS.has(name))
    .map(([name, value]) => [name, fieldOf(name, value)] as const)
    .filter(([, value]) => value !== undefined)
  const facts = Object.fromEntries(kept)
  return kept.length === entries.length ? facts : { ...facts, content: hashOf(item) }
}

const hashOf = (item: unknown): string => `sha256:${sha256Hex(JSON.stringify(item) ?? '')}`
