import { describe, expect, test } from 'vitest'
import { openAiError } from '#lib/gateway/openai-error.ts'
import { labelsOf } from '#lib/gateway/labels.ts'
import { allowedFields, isGatewayRoute } from '#lib/gateway/routes.ts'
import { createSseReader } from '#lib/gateway/sse.ts'
import { readUsage, toldCounts } from '#lib/gateway/usage.ts'
import { clampTo, worstCase } from '#lib/gateway/worst-case.ts'

const bounds = { maxOutputTokens: 4_000, defaultOutputTokens: 4_000, maxImageTokens: 2_000, maxAnswers: 4 }
const chat = (body: Record<string, unknown>, bytes = 100) => worstCase('/chat/completions', body, bytes, bounds)

describe('what reaches LiteLLM', () => {
  test('is what OpenAI’s API names, and nothing that reaches past the gateway', () => {
    const hostile = {
      api_base: 'http://169.254.169.254',
      api_key: 'sk-other',
      base_url: 'x',
      mock_response: 'free',
      num_retries: 9,
      extra_headers: {},
      metadata: { spend_logs_metadata: {} },
      litellm_metadata: {},
      fallbacks: [],
      __proto__x: 1,
    }
    const { passed, ignored } = allowedFields('/chat/completions', { model: 'm', messages: [], top_p: 1, ...hostile })
    expect(passed).toEqual({ model: 'm', messages: [], top_p: 1 })
    expect(ignored).toEqual(Object.keys(hostile))
  })

  test('only routes that are metered exist', () => {
    expect(['/chat/completions', '/responses'].every(isGatewayRoute)).toBe(true)
    expect(['/images/generations', '/chat/completions/', 'toString'].some(isGatewayRoute)).toBe(false)
  })
})

describe('the worst case of a request', () => {
  test('is its bytes, 1,000 tokens for what a provider adds, and the gateway’s limit when the caller sets none', () => {
    expect(chat({ messages: [] })).toMatchObject({ inputTokens: 1_100n, tokens: 5_100n, limit: { max_tokens: 4_000 } })
  })
  test('is the caller’s own limit, by either name, times the answers', () => {
    expect(chat({ messages: [], max_tokens: 10, max_completion_tokens: 20, n: 3 })).toMatchObject({
      inputTokens: 1_100n,
      outputTokens: 60n,
      limit: { max_tokens: 10, max_completion_tokens: 20 },
    })
  })
  test('counts images at their declared maximum', () => {
    const part = { type: 'image_url', image_url: { url: 'https://x' } }
    const messages = [{ role: 'user', content: [part, { type: 'text', text: 'a' }, part] }]
    expect(chat({ messages, max_tokens: 1 })).toMatchObject({ tokens: 5_101n })
  })
  test.each([
    ['an output limit above the bound', { messages: [], max_tokens: 4_001 }, 'max_tokens'],
    ['a limit that is no whole number', { messages: [], max_tokens: 1.5 }, 'max_tokens'],
    ['a limit below 1', { messages: [], max_completion_tokens: 0 }, 'max_completion_tokens'],
    ['too many answers', { messages: [], n: 5 }, 'n'],
    ['a part that may be anything', { messages: [{ content: [{ type: 'file' }] }] }, 'messages.0.content.0.type'],
    ['a tool that the provider runs', { messages: [], tools: [{ type: 'web_search' }] }, 'tools.0.type'],
  ])('can’t be told of %s: it is refused by its field', (_name, body, param) => {
    expect(chat(body)).toMatchObject({ ok: false, param })
  })
  test.each([
    [['a', 'b'], 2],
    [[[1], [2], [3]], 3],
    [[1, 2, 3, 4, 5], 1],
    ['a', 1],
  ])('of the prompts %j is an answer to each', (prompt, answers) => {
    expect(worstCase('/completions', { prompt, max_tokens: 10 }, 50, bounds)).toMatchObject({
      answers,
      tokens: 1_050n + 10n * BigInt(answers),
    })
  })
  test('is refused where prompts and answers are too many together', () => {
    const body = { prompt: ['a', 'b', 'c'], n: 2 }
    expect(worstCase('/completions', body, 50, bounds)).toMatchObject({ ok: false, param: 'prompt' })
  })
  test('is told of a list of any length', () => {
    const input = Array.from({ length: 500_000 }, () => 0)
    expect(worstCase('/embeddings', { input }, 50, bounds)).toMatchObject({ tokens: 1_050n })
  })
  test('of embeddings has no answer', () => {
    expect(worstCase('/embeddings', { input: 'a' }, 50, bounds)).toMatchObject({ tokens: 1_050n, limit: {} })
  })
})

describe('a request that is clamped', () => {
  const clamped = (body: Record<string, unknown>, tokens: bigint) => {
    const worst = chat(body)
    return worst.ok ? clampTo(worst, tokens) : null
  }
  test('has answers as long as the rest pays for, by whatever name they were bounded', () => {
    expect(clamped({ messages: [], max_tokens: 10, max_completion_tokens: 90, n: 2 }, 1_161n)).toMatchObject({
      limit: { max_tokens: 10, max_completion_tokens: 30 },
      outputTokens: 60n,
      tokens: 1_160n,
    })
  })
  test('is refused when not one token of an answer is left', () => {
    expect(clamped({ messages: [], n: 2 }, 1_101n)).toBe(null)
  })
})

describe('a stream', () => {
  test('is cut into events wherever its pieces end, and passes on unchanged', () => {
    const text = 'data: {"a":1}\n\n: keep-alive\n\nevent: done\r\ndata: x\r\ndata: y\r\n\r\ndata: [DONE]\n\n'
    const expected = ['{"a":1}', null, 'x\ny', '[DONE]']
    for (let size = 1; size <= text.length; size += 1) {
      const reader = createSseReader()
      const events = []
      for (let at = 0; at < text.length; at += size) events.push(...reader.push(text.slice(at, at + size)))
      expect(events.map(({ data }) => data)).toEqual(expected)
      expect(events.map(({ raw }) => raw).join('')).toBe(text)
      expect(reader.rest()).toBe('')
    }
  })
  test('that comes byte by byte after much that has no end is still cut at its end', () => {
    const reader = createSseReader()
    const long = `data: ${'x'.repeat(4_000_000)}`
    expect(reader.push(long)).toEqual([])
    for (let i = 0; i < 20_000; i += 1) expect(reader.push('y')).toEqual([])
    expect(reader.push('\r\n\r')).toEqual([])
    expect(reader.push('\ndata: z\n').map(({ raw }) => raw.length)).toEqual([4_020_010])
    expect(reader.rest()).toBe('data: z\n')
  })
  test.each([
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['a form feed and another next line', '\f\u0085'],
  ])('has %s inside its data, which ends no line', (_name, mark) => {
    const said = JSON.stringify({ text: `one${mark}two` })
    const [event] = createSseReader().push(`event: response.completed\ndata: ${said}\n\n`)
    expect(event).toMatchObject({ name: 'response.completed', data: said })
  })
  test('that never ends an event is refused', () => {
    const reader = createSseReader()
    expect(() => reader.push('x'.repeat(9 * 1024 * 1024))).toThrow(/too long/)
  })
  test.each([
    ['at once', [`data: ${'x'.repeat(94)}\n\n`]],
    ['in pieces', [`data: ${'x'.repeat(94)}`, '\n', '\n']],
    ['after another', [`data: y\n\ndata: ${'x'.repeat(94)}\n\n`]],
  ])('with an event above its bound that comes %s is refused', (_name, pieces) => {
    const pushed = (characters: number) => {
      const reader = createSseReader({ characters, tooLong: () => new Error('above the bound') })
      return () => pieces.flatMap((piece) => reader.push(piece)).at(-1)?.raw.length
    }
    expect(pushed(102)()).toBe(102)
    expect(pushed(101)).toThrow('above the bound')
  })
})

describe('reported usage', () => {
  test.each([
    [{ usage: { prompt_tokens: 3, completion_tokens: 4 } }, [3n, 4n, null, null]],
    [{ usage: { prompt_tokens: 3 } }, [3n, 0n, null, null]],
    [
      {
        response: {
          usage: {
            input_tokens: 9,
            output_tokens: 4,
            input_tokens_details: { cached_tokens: 2 },
            output_tokens_details: { reasoning_tokens: 1 },
          },
        },
      },
      [9n, 4n, 2n, 1n],
    ],
  ])('%j', (answer, [inputTokens, outputTokens, cachedTokens, reasoningTokens]) => {
    expect(readUsage(answer)).toEqual({ inputTokens, outputTokens, cachedTokens, reasoningTokens })
  })
  test.each([
    [{}],
    [null],
    [{ usage: null }],
    [{ usage: {} }],
    [{ usage: { completion_tokens: 5 } }],
    [{ usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }],
  ])('is absent from %j: none is invented', (answer) => expect(readUsage(answer)).toBe('none'))
  test.each([
    [{ prompt_tokens: -1, completion_tokens: 0 }],
    [{ prompt_tokens: 1.5 }],
    [{ prompt_tokens: '7' }],
    [{ prompt_tokens: 1, completion_tokens: 1e300 }],
    [{ prompt_tokens: 1, prompt_tokens_details: { cached_tokens: 2 } }],
  ])('can’t be %j', (usage) => {
    expect(readUsage({ usage })).toBe('impossible')
  })
})

test('an error has OpenAI’s shape', () => {
  expect(openAiError(429, { message: 'Wait.', code: 'funds_held' })).toEqual({
    error: { message: 'Wait.', type: 'rate_limit_error', param: null, code: 'funds_held' },
  })
})

describe('what is told of counts that can’t be', () => {
  test('is the numbers under known names, and nothing that a model’s server may write beside them', () => {
    const usage = {
      prompt_tokens: -1,
      completion_tokens: 'many',
      x: 'y'.repeat(9_000_000),
      prompt_tokens_details: { cached_tokens: 5, z: '\0' },
      output_tokens_details: 'none',
    }
    const told = {
      prompt_tokens: -1,
      completion_tokens: 'a string',
      prompt_tokens_details: { cached_tokens: 5 },
      output_tokens_details: 'a string',
    }
    expect(toldCounts({ usage })).toEqual(told)
    expect(toldCounts({ response: { usage } })).toEqual(told)
    expect([toldCounts(null), toldCounts({ usage: 'x' })]).toEqual([{}, {}])
  })
})

test('a label that is cut keeps no half of a character, which no database takes', () => {
  const { feature = '' } = labelsOf(new Headers(), { feature: `${'a'.repeat(255)}😀` })
  expect([feature.length, feature.isWellFormed()]).toEqual([256, true])
})
