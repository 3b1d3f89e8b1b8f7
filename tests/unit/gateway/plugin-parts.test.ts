import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkParts, isSearchingModel } from '#lib/gateway/check-parts.ts'
import { PART_RULES } from '#lib/gateway/part-fields.ts'

interface Case {
  title: string
  route: string
  body: Record<string, unknown>
  images?: number
  field?: string
}
interface Vectors {
  cases: Case[]
  models: { searching: string[]; offered: string[] }
}
// Parsed as a body is: a module of it would take `__proto__` for something else.
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const { cases, models } = read('../../vectors/request-parts.json') as Vectors

test('the plug-in reads the rules for parts and tools that the gateway has', () => {
  expect(read('../../../deploy/litellm/flareflow_parts.json')).toEqual(PART_RULES)
})

test('every name that the rules use is one that they explain', () => {
  const { texts, objects, kinds, untyped, needed, fields } = PART_RULES
  const plain = ['text', 'number', 'scalar', 'any', 'nothing']
  const known = new Set([...plain, ...Object.keys(texts), ...Object.keys(objects), ...Object.keys(kinds)])
  const named = (shape: unknown): unknown[] => {
    if (Array.isArray(shape)) return shape.flatMap(named)
    if (typeof shape !== 'object' || shape === null) return [shape]
    return 'each' in shape ? named(shape.each) : []
  }
  const shapes = [...Object.values(fields), ...Object.values(objects)].flatMap((all) => Object.values(all))
  const targets = Object.values(kinds).flatMap((byType) => Object.values(byType))
  expect(shapes.flatMap(named).filter((name) => !known.has(String(name)))).toEqual([])
  expect([...targets, ...Object.keys(needed)].filter((name) => !Object.hasOwn(objects, name))).toEqual([])
  expect(Object.entries(untyped).filter(([kind, type]) => !kinds[kind]?.[type])).toEqual([])
})

describe('what a request is made of', () => {
  test.each(cases.filter(({ field }) => field))('$title is refused at $field', ({ route, body, field }) => {
    const checked = checkParts(route, body)
    expect(checked).toMatchObject({ ok: false, field })
    expect(!checked.ok && checked.message).toMatch(/can't be metered|missing|one of|at most|must be|as OpenAI's/)
  })
  test.each(cases.filter(({ field }) => !field))('$title passes', ({ route, body, images }) => {
    expect(checkParts(route, body)).toEqual({ ok: true, images })
  })
  test('is told of a list of any length and of an image of any size', () => {
    const url = `data:image/png;base64,${'A'.repeat(4_000_000)}`
    const messages = [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]
    expect(checkParts('/chat/completions', { messages })).toEqual({ ok: true, images: 1 })
    expect(checkParts('/embeddings', { input: Array.from({ length: 500_000 }, () => 0) })).toMatchObject({ ok: true })
  })
  test('is told by a name’s first characters alone, as text', () => {
    const type = '\ud800'.repeat(90)
    const checked = checkParts('/chat/completions', { messages: [{ role: 'user', content: [{ type, [type]: 1 }] }] })
    expect(checked).toMatchObject({
      message: `Parts of type ${'\ufffd'.repeat(64)} can't be metered here. Send text or images.`,
    })
  })
})

describe('a model', () => {
  test.each(models.searching)('%s searches by itself', (name) => expect(isSearchingModel(name)).toBe(true))
  test.each(models.offered)('%s doesn’t', (name) => expect(isSearchingModel(name)).toBe(false))
})
