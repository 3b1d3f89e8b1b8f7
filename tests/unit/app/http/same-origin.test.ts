import { expect, test } from 'vitest'
import { requireSameOrigin } from '#services/auth/index.ts'
import { appOrigins } from '#services/auth/index.ts'

const origins = appOrigins('http://localhost:3003')
const change = (origin: string | null, method = 'POST') =>
  new Request('http://localhost:3003/api/x', { method, headers: origin === null ? {} : { origin } })
const refusal = expect.objectContaining({ code: 'origin_refused' })

test('a change from the dashboard itself passes, under each name of this machine', () => {
  for (const origin of ['http://localhost:3003', 'http://127.0.0.1:3003', 'http://[::1]:3003']) {
    expect(() => requireSameOrigin(change(origin), origins)).not.toThrow()
  }
})

test.each([
  'https://localhost:3003',
  'http://localhost:3004',
  'http://localhost',
  'http://localhost:3003.evil.example',
  'http://evil.example',
  'null',
  null,
])('a change from %s is refused', (origin) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    expect(() => requireSameOrigin(change(origin, method), origins)).toThrow(refusal)
  }
})

test('reading needs no origin', () => {
  expect(() => requireSameOrigin(change(null, 'GET'), origins)).not.toThrow()
})

test('a public address has one origin only', () => {
  expect(appOrigins('https://flareflow.example/app/')).toEqual(['https://flareflow.example'])
})
