import fc from 'fast-check'
import { expect, test } from 'vitest'
import { webhookHeaders } from '#services/clients/webhook/sign-webhook.ts'
import { isGenuine } from '#tests/support/webhook-receiver.ts'

const secret = 'whsec_0123456789abcdef'

test('the signature is HMAC-SHA256 over the seconds, a point and the body', () => {
  const headers = webhookHeaders({
    id: 'delivery_1',
    body: '{"a":1}',
    secret,
    sentAt: new Date('2026-11-20T10:00:00.999Z'),
  })
  // printf '1795168800.{"a":1}' | openssl dgst -sha256 -hmac whsec_0123456789abcdef
  expect(headers).toMatchObject({
    'x-flareflow-id': 'delivery_1',
    'x-flareflow-timestamp': '1795168800',
    'x-flareflow-signature': 'v1=6dcddd7c4829a4e2b145adc5719eabfd3ebabffb43ef59100f63e5b836a46bbe',
  })
})

test('a receiver refuses each of 1,000 changes to the body, the time or the signature, and what is old', () => {
  const body = JSON.stringify({ id: 'delivery_1', alert: { percent: '80' } })
  const headers = webhookHeaders({ id: 'delivery_1', body, secret, sentAt: new Date() })
  expect(isGenuine({ headers, body }, secret)).toBe(true)
  const signed = ['x-flareflow-timestamp', 'x-flareflow-signature'] as const
  const change = (text: string, at: number, by: string): string => text.slice(0, at) + by + text.slice(at + 1)
  fc.assert(
    fc.property(fc.constantFrom('body', ...signed), fc.nat(), fc.string({ maxLength: 2 }), (where, place, by) => {
      const text = where === 'body' ? body : (headers[where] ?? '')
      const changed = change(text, place % text.length, by)
      fc.pre(changed !== text)
      const received =
        where === 'body' ? { headers, body: changed } : { headers: { ...headers, [where]: changed }, body }
      expect(isGenuine(received, secret)).toBe(false)
    }),
    { numRuns: 1_000 },
  )
  const old = webhookHeaders({ id: 'delivery_1', body, secret, sentAt: new Date(Date.now() - 301_000) })
  expect(isGenuine({ headers: old, body }, secret)).toBe(false)
})
