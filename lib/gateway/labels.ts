/** Labels that a caller may give a request, with the names that each goes by in the body's `metadata`. */
const LABELS = {
  conversation: ['conversation', 'conversation_id', 'session_id'],
  feature: ['feature'],
  agent: ['agent', 'agent_id', 'agent_name'],
  team: ['team', 'department'],
  organization: ['organization', 'org'],
  end_user: ['end_user'],
  trace_id: ['trace_id'],
} as const

type LabelName = keyof typeof LABELS
export type Labels = Readonly<Partial<Record<LabelName, string>>>

const MOST = 256
const names = Object.keys(LABELS) as LabelName[]

/** A text that any database takes, or null: cutting may leave half of a character. */
function labelText(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null
  return value.replaceAll('\0', '').slice(0, MOST).toWellFormed() || null
}

/** What a request is labelled with: by its headers, `x-flareflow-feature` and so on, else by its metadata. */
export function labelsOf(headers: Headers, metadata: unknown): Labels {
  const given: Record<string, unknown> =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? { ...metadata } : {}
  return Object.fromEntries(
    names.flatMap((name) => {
      const candidates = [
        headers.get(`x-flareflow-${name.replace('_', '-')}`),
        ...LABELS[name].map((alias) => (Object.hasOwn(given, alias) ? given[alias] : null)),
      ]
      const found = candidates.map(labelText).find((text) => text !== null)
      return found ? [[name, found]] : []
    }),
  )
}
