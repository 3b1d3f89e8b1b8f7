import { expect, test } from 'vitest'
import { parseNodeAddress } from '#lib/receipts/node-address.ts'

test.each([
  ['https://rest-mainnet.onflow.org', 'https://rest-mainnet.onflow.org'],
  [' https://node.example:8443/flow/ ', 'https://node.example:8443/flow'],
  ['http://localhost:8888', 'http://localhost:8888'],
  ['http://127.0.0.1:8888/', 'http://127.0.0.1:8888'],
  ['http://[::1]:8888', 'http://[::1]:8888'],
])('%s is a node', (text, address) => {
  expect(parseNodeAddress(text)).toBe(address)
})

test.each([
  '',
  'node.example',
  'http://node.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'https://user:word@node.example',
  'https://node.example?x=1',
  'https://node.example#x',
  'javascript:alert(1)',
  'wss://node.example',
  "https://node.example; script-src 'unsafe-inline'",
  'https://node.example, https://other.example',
  `https://${'a'.repeat(200)}.example`,
])('%s is none', (text) => {
  expect(parseNodeAddress(text)).toBeNull()
})
