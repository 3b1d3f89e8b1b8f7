import { expect, test } from 'vitest'
import { browserCookie, noSessionCookie, sessionCookie } from '#app/_http/cookies.ts'
import { readCookie } from '#services/auth/index.ts'

const withCookies = (cookie: string) => new Request('http://localhost/', { headers: { cookie } })

test('finds a cookie by its exact name', () => {
  const request = withCookies('a=1; xflareflow_session=no; flareflow_session=tok=en; b=2')
  expect(readCookie(request, 'flareflow_session')).toBe('tok=en')
  expect(readCookie(request, 'session')).toBeNull()
  expect(readCookie(new Request('http://localhost/'), 'a')).toBeNull()
})

test('a session lives 12 hours, out of reach of scripts and other sites', () => {
  expect(sessionCookie('abc', 'http://localhost:3003')).toBe(
    'flareflow_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax',
  )
})

test('on https every cookie is Secure', () => {
  const url = 'https://flareflow.example'
  for (const cookie of [sessionCookie('a', url), noSessionCookie(url), browserCookie('a', url)]) {
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
  }
})
