import { boundedLabel } from '#lib/metering/usage-event.ts'
import { isUsageSourceTag, usageSourceTag } from '#lib/metering/usage-source.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'

/** Each label, and the names that it goes by in a caller's notes and tags; the plug-in has the same list. */
const ALIASES = {
  accountKey: ['account_key'],
  conversation: ['conversation', 'conversation_id', 'session_id'],
  feature: ['feature'],
  agent: ['agent', 'agent_id', 'agent_name'],
  team: ['team', 'department'],
  organization: ['organization', 'org'],
  endUser: ['end_user'],
  traceId: ['trace_id'],
} as const

type LabelName = keyof typeof ALIASES
export type RowLabels = Readonly<Record<LabelName, string | null>>

const TAGS_MAX = 32

/** A text that any database takes: bounded, without NUL and half characters. */
export function label(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string') return null
  return boundedLabel(text.replaceAll('\0', '').toWellFormed()) || null
}

/**
 * The tags of a row: LiteLLM adds the client's name by itself, and who counted is the plug-in's to say. It notes so of
 * counts that are LiteLLM's estimate.
 */
export function tagsOf({ tags, notes }: SpendLog, { minted }: { minted: boolean }): string[] {
  const given = tags
    .map(label)
    .filter((tag): tag is string => tag !== null && !tag.startsWith('User-Agent: ') && !isUsageSourceTag(tag))
  const isEstimate = minted && notes['flareflow_usage_source'] === 'estimate'
  return [...(isEstimate ? [usageSourceTag('estimate')] : []), ...given].slice(0, TAGS_MAX)
}

/** `feature:search`; the first tag of a name counts. */
function tagged(tags: readonly string[]): Record<string, string> {
  const pairs = tags.flatMap((tag) => {
    const at = tag.indexOf(':')
    return at < 0 ? [] : [[tag.slice(0, at).trim(), tag.slice(at + 1).trim()]]
  })
  return Object.fromEntries(pairs.toReversed()) as Record<string, string>
}

const firstOf = (source: Readonly<Record<string, unknown>>, names: readonly string[]): string | null =>
  names.map((name) => label(source[name])).find((text) => text !== null) ?? null

/**
 * The labels of a row. The plug-in has gathered them before the call and noted them under their own names; without it
 * they are what the caller noted, and the tags. What LiteLLM knows of the key outranks both.
 */
export function labelsOf(log: SpendLog, { minted }: { minted: boolean }): RowLabels {
  const sources = minted ? [] : [log.notes, tagged(log.tags), { agent: log.agent }]
  const given = (name: LabelName): string | null =>
    label(log.notes[name]) ??
    sources.map((source) => firstOf(source, ALIASES[name])).find((text) => text !== null) ??
    null
  return {
    accountKey: given('accountKey'),
    conversation: given('conversation'),
    feature: given('feature'),
    agent: given('agent'),
    team: label(log.team) ?? given('team'),
    organization: label(log.organization) ?? given('organization'),
    endUser: label(log.endUser) ?? given('endUser'),
    // LiteLLM makes one up when the caller has none.
    traceId: given('traceId') ?? label(log.traceId),
  }
}
