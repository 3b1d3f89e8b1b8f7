import { expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'

class Refusal extends AppError {}

test('an error of a narrower class is an AppError, and no other AppError is of that class', () => {
  const refusal = new Refusal('chain_refused', 'The network refused.')
  const other = new AppError('chain_unreachable', 'The network did not answer.')
  expect([refusal instanceof AppError, refusal instanceof Refusal]).toEqual([true, true])
  expect([other instanceof AppError, other instanceof Refusal]).toEqual([true, false])
  expect(new Error('plain') instanceof AppError).toBe(false)
})
