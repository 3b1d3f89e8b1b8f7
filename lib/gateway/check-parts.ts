import { isRecord } from '../http/is-record.ts'
import { PART_RULES, type Shape } from './part-fields.ts'

interface PartFault {
  /** Where it is: `messages.0.content.1.image_url.format`. */
  readonly field: string
  readonly message: string
}

/** What a request's fields were found to hold. */
export type CheckedParts = { readonly ok: true; readonly images: number } | ({ readonly ok: false } & PartFault)

type Sentence = keyof typeof PART_RULES.sentences
interface Found {
  readonly path: readonly string[]
  readonly sentence: string
  readonly more?: Readonly<Record<string, string>>
}
type Images = { count: number }

/** Of a name that a caller made up, and of one that a place has. */
const SHOWN = 64
const show = (text: string): string => text.slice(0, SHOWN).toWellFormed()

const { sentences, kinds, objects, untyped, needed, neededBy } = PART_RULES
const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 'is')
const texts = new Map(
  Object.entries(PART_RULES.texts).map(([name, { pattern, sentence }]) => [
    name,
    { pattern: whole(pattern), sentence },
  ]),
)
const searching = PART_RULES.searchingModels.map((pattern) => new RegExp(pattern, 'i'))

/** Whether a model of this name does more than its prompt says, at its provider. */
export const isSearchingModel = (name: string): boolean => searching.some((pattern) => pattern.test(name))

const fault = (sentence: Sentence, path: readonly string[] = [], more: Record<string, string> = {}): Found => ({
  path,
  sentence: sentences[sentence],
  more,
})
const within = (name: string | number, found: Found | null): Found | null =>
  found && { ...found, path: [show(String(name)), ...found.path] }

const isSeveral = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape)

/** The shape among several that is for a value of this type, of JSON's. */
function shapeFor(value: unknown, shape: Shape): Shape | undefined {
  const several = isSeveral(shape) ? shape : [shape]
  return several.find((one) => {
    if (one === 'any' || one === 'nothing') return true
    if (typeof one !== 'string') return 'each' in one ? Array.isArray(value) : typeof value === 'string'
    if (one === 'number') return typeof value === 'number'
    if (one === 'scalar') return typeof value !== 'object'
    return one === 'text' || texts.has(one) ? typeof value === 'string' : isRecord(value)
  })
}

function checkText(value: string, name: string, images: Images): Found | null {
  const rule = texts.get(name)
  if (rule && !rule.pattern.test(value)) return { path: [], sentence: rule.sentence }
  if (name === 'image') images.count += 1
  return null
}

function checkObject(value: Record<string, unknown>, kind: string, images: Images): Found | null {
  const byType = kinds[kind]
  let name = kind
  const type = value['type'] ?? untyped[kind]
  if (byType) {
    const found = typeof type === 'string' && Object.hasOwn(byType, type) ? byType[type] : undefined
    if (found === undefined) return fault('kind', ['type'], { kind: typeof type === 'string' ? show(type) : 'none' })
    name = found
  }
  const fields = objects[name] ?? {}
  for (const [field, inner] of Object.entries(value)) {
    if (byType && field === 'type') continue
    const shape = Object.hasOwn(fields, field) ? fields[field] : undefined
    const found = shape === undefined ? fault('unknown') : check(inner, shape, images)
    if (found) return within(field, found)
  }
  return checkNeeded(value, name, type)
}

function checkNeeded(value: Record<string, unknown>, name: string, type: unknown): Found | null {
  const isMissing = (field: string): boolean => value[field] === undefined || value[field] === null
  const rule = neededBy[name]
  const said = String(rule?.field === 'type' ? type : value[rule?.field ?? ''])
  const own = rule && Object.hasOwn(rule.needs, said) ? rule.needs[said] : undefined
  const missing = needed[name]?.find(isMissing) ?? (own !== undefined && isMissing(own) ? own : undefined)
  return missing === undefined ? null : fault('missing', [missing])
}

function check(value: unknown, shapes: Shape, images: Images): Found | null {
  if (value === null || value === undefined) return null
  const shape = shapeFor(value, shapes)
  if (shape === undefined) return fault('shape')
  if (shape === 'nothing') return Array.isArray(value) && value.length === 0 ? null : fault('unknown')
  if (typeof shape === 'string') {
    if (typeof value === 'string') return checkText(value, shape, images)
    return shape !== 'any' && isRecord(value) ? checkObject(value, shape, images) : null
  }
  if ('one' in shape)
    return shape.one.includes(String(value)) ? null : fault('one', [], { choices: shape.one.join(', ') })
  if (!('each' in shape) || !Array.isArray(value)) return null
  for (const [at, inner] of value.entries()) {
    const found = inner === null ? fault('shape') : check(inner, shape.each, images)
    if (found) return within(at, found)
  }
  return null
}

function told({ path, sentence, more = {} }: Found): PartFault {
  const field = path.join('.')
  const words: Record<string, string> = { ...more, field }
  return { field, message: sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => words[name] ?? '') }
}

/** Refuses the first thing in a request that is not known to cost what its bytes show, and counts the images. */
export function checkParts(route: string, body: Readonly<Record<string, unknown>>): CheckedParts {
  const images: Images = { count: 0 }
  for (const [field, shape] of Object.entries(PART_RULES.fields[route] ?? {})) {
    const found = within(field, check(body[field], shape, images))
    if (found) return { ok: false, ...told(found) }
  }
  return { ok: true, images: images.count }
}
