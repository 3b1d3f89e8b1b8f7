import { describe, expect, test } from 'vitest'
import { providerBody } from '#lib/byok/provider-body.ts'
import { findKeyProvider, KEY_PROVIDERS, maskProviderKey } from '#lib/byok/providers.ts'

const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length)
const alphanumeric = (length: number): string => 'aB3dE6gH9jK2'.repeat(8).slice(0, length)

/** Keys as each provider gives them out. */
const KEYS: Record<string, readonly string[]> = {
  openai: [`sk-${alphanumeric(48)}`, `sk-proj-${alphanumeric(60)}_-${alphanumeric(20)}`, `sk-svcacct-${hex(40)}`],
  anthropic: [`sk-ant-api03-${alphanumeric(90)}-AA`],
  openrouter: [`sk-or-v1-${hex(64)}`],
  together: [hex(64), `tgp_v1_${alphanumeric(43)}`],
  fireworks: [`fw_${alphanumeric(24)}`],
  deepinfra: [alphanumeric(32)],
  groq: [`gsk_${alphanumeric(52)}`],
  huggingface: [`hf_${alphanumeric(34)}`],
}
/** What a key's beginning says of whose it is; the others' keys have none that only they have. */
const PREFIXED = ['openai', 'anthropic', 'openrouter', 'groq', 'huggingface']
const shapeOf = (id: string): RegExp => findKeyProvider(id)?.keyShape ?? /^never$/

describe('the shape of a key', () => {
  test('is known for every provider', () => {
    expect(Object.keys(KEYS).sort()).toEqual(KEY_PROVIDERS.map(({ id }) => id).sort())
  })

  test.each(Object.entries(KEYS))('fits those that %s gives out', (id, keys) => {
    for (const key of keys) expect(key).toMatch(shapeOf(id))
  })

  test.each(PREFIXED)('of %s fits no key of the others', (id) => {
    const others = Object.entries(KEYS).flatMap(([other, keys]) => (other === id ? [] : keys))
    expect(others.filter((key) => shapeOf(id).test(key))).toEqual([])
  })

  test.each(Object.keys(KEYS))('of %s fits nothing short, broken or with something behind it', (id) => {
    const [key = ''] = KEYS[id] ?? []
    for (const wrong of ['', key.slice(0, 12), `${key} `, `${key}\n`, ` ${key}`, key.replace(/.$/, '"'), `${key}…`]) {
      expect(wrong).not.toMatch(shapeOf(id))
    }
  })
})

test('a masked key has eight of its characters, of 20 or more', () => {
  for (const keys of Object.values(KEYS)) {
    for (const key of keys) expect(maskProviderKey(key)).toBe(`${key.slice(0, 4)}…${key.slice(-4)}`)
  }
})

test('keys are asked about where only a valid one gets an answer, over https', () => {
  for (const { baseUrl, probe } of KEY_PROVIDERS) {
    expect(new URL(probe).protocol).toBe('https:')
    expect(new URL(baseUrl).protocol).toBe('https:')
    expect(baseUrl.endsWith('/')).toBe(false)
  }
  // These lists of models are public.
  for (const id of ['openrouter', 'deepinfra']) expect(findKeyProvider(id)?.probe).not.toMatch(/\/models$/)
})

describe('a request as a provider wants it', () => {
  const body = { model: 'openai/gpt-4o', temperature: 1 }
  const [newer, older] = [{ outputLimit: 'max_completion_tokens' }, { outputLimit: 'max_tokens' }] as const
  const chat = (more: object) => ({ route: '/chat/completions', model: 'gpt-4o', body: { ...body, ...more } }) as const

  test.each([
    [newer, { max_tokens: 5 }, { max_completion_tokens: 5 }],
    [newer, { max_completion_tokens: 6 }, { max_completion_tokens: 6 }],
    [older, { max_completion_tokens: 7 }, { max_tokens: 7 }],
    [older, { max_tokens: 8, max_completion_tokens: 7 }, { max_tokens: 7 }],
    [older, { max_tokens: null }, {}],
  ])('has its limit under one name: %o %o', (provider, given, sent) => {
    expect(providerBody(provider, chat(given))).toEqual({ model: 'gpt-4o', temperature: 1, ...sent })
  })

  test('of another route keeps its fields', () => {
    const call = { route: '/completions', model: 'm', body: { ...body, max_tokens: 3 } } as const
    expect(providerBody(newer, call)).toEqual({ model: 'm', temperature: 1, max_tokens: 3 })
  })
})
