const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

/**
 * Where in a JSON value a text has half of a character, which no UTF-8 can say: `messages.0.content`; null: nowhere.
 * Calls itself for each level, so the value's depth must be bounded.
 */
export function illFormedIn(value: unknown): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : ''
  if (!isContainer(value)) return null
  for (const [name, inner] of Object.entries(value)) {
    if (!name.isWellFormed()) return name.toWellFormed()
    const path = illFormedIn(inner)
    if (path !== null) return path === '' ? name : `${name}.${path}`
  }
  return null
}
