import { expect, test, vi } from 'vitest'
import { errorResponse } from '#app/_http/error-response.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { toAppError } from '#services/platform/to-app-error.ts'

test('an error of the product keeps its code, status and sentence', async () => {
  const error = new AppError('vault_not_found', 'There is no such subscription.', {
    internal: 'row 7',
    details: { id: '7' },
  })
  const response = errorResponse(toAppError(error), 'request-1')
  expect(response.status).toBe(404)
  expect(await response.json()).toEqual({
    error: { code: 'vault_not_found', message: 'There is no such subscription.', details: { id: '7' } },
  })
})

test('so does one of another copy of the class, as a page and a route have them in production', async () => {
  vi.resetModules()
  const { AppError: Copy } = await import('#lib/errors/app-error.ts')
  expect(Copy).not.toBe(AppError)
  const error = new Copy('litellm_refused', 'LiteLLM refused the request.')
  expect(error).toBeInstanceOf(AppError)
  expect(toAppError(error)).toBe(error)
})

test.each([new Error('password=hunter2'), 'password=hunter2', null, undefined, { code: 'not_found', status: 404 }])(
  'anything else is an internal error that says nothing of itself',
  async (thrown) => {
    const response = errorResponse(toAppError(thrown), 'request-2')
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal' } })
    expect(text).not.toContain('hunter2')
    expect(response.headers.get('x-request-id')).toBe('request-2')
  },
)

test('what may work later says when to try again', () => {
  expect(errorResponse(new AppError('chain_unreachable', 'The chain is away.'), 'x').headers.get('retry-after')).toBe(
    '2',
  )
})
