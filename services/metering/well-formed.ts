/** Deeper than any event; what is deeper could overflow the stack of whoever walks through it. */
const DEEPEST = 20
const TOO_DEEP = '[too deep]'

/** What the database can hold of a JSON value: no NUL characters, no halves of surrogate pairs, no endless nesting. */
export function wellFormed(value: unknown): unknown {
  return isWellFormed(value, 0) ? value : repaired(value, 0)
}

function isWellFormed(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  if (depth === DEEPEST) return false
  if (Array.isArray(value)) return value.every((inner) => isWellFormed(inner, depth + 1))
  return Object.entries(value).every(([name, inner]) => isWellFormed(name, depth) && isWellFormed(inner, depth + 1))
}

const repairedText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

function repaired(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return repairedText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return TOO_DEEP
  if (Array.isArray(value)) return value.map((inner) => repaired(inner, depth + 1))
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, inner]) => [repairedText(name), repaired(inner, depth + 1)]))
}
