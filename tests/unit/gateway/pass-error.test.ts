import { expect, test } from 'vitest'
import { passError } from '#services/gateway/llm/pass-error.ts'

const said = (message: string, more: object = {}): string => {
  const { error } = passError(400, { error: { message, ...more } }) as { error: { message: string } }
  return error.message
}

test.each([
  ['litellm.BadRequestError: no such thing.', 'no such thing.'],
  ['Bad request. Received Model Group=gpt-4\nAvailable Model Group Fallbacks=None', 'Bad request'],
  ['Slow down  LiteLLM Retried: 2 times', 'Slow down'],
  ['with sk-abc_1 at https://10.0.0.1/v1?k=1 by ' + 'a'.repeat(64), 'with sk-… at … by …'],
  ['LiteLLM: model group x', 'The model could not answer (400). Nothing was charged.'],
  ['x'.repeat(5_000), 'x'.repeat(1_000)],
])('of %j the caller is told what concerns them', (message, told) => {
  expect(said(message)).toBe(told)
})

test.each([
  ['blanks', ' '.repeat(8_000_000)],
  ['dots and blanks', '. '.repeat(4_000_000)],
  ['what begins like a key', 'sk-'.repeat(3_000_000)],
  ['addresses', 'http://'.repeat(1_000_000)],
])('megabytes of %s hold nobody up', (_, message) => {
  expect(said(message).length).toBeLessThanOrEqual(1_000)
})

test('names that are as long as a message are cut', () => {
  const names = { code: 'c'.repeat(5_000), param: 'p'.repeat(5_000) }
  expect(JSON.stringify(passError(400, { error: { message: 'x', ...names } })).length).toBeLessThan(500)
})
