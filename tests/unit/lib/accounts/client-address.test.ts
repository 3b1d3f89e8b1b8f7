import { expect, test } from 'vitest'
import { clientAddress } from '#lib/accounts/client-address.ts'

const from = (header: string | null) =>
  new Request('http://localhost/', header === null ? {} : { headers: { 'x-forwarded-for': header } })

test.each([
  ['203.0.113.9', 0, null],
  ['203.0.113.9', 1, '203.0.113.9'],
  ['1.1.1.1, 203.0.113.9', 1, '203.0.113.9'],
  ['1.1.1.1, 203.0.113.9, 10.0.0.1', 2, '203.0.113.9'],
  ['203.0.113.9', 2, null],
  ['', 1, null],
  [null, 1, null],
])('%s behind %i proxies comes from %s', (header, proxies, address) => {
  expect(clientAddress(from(header), proxies)).toBe(address)
})
