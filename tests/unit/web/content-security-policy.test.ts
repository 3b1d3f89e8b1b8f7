import { expect, test } from 'vitest'
import { contentSecurityPolicy, type PolicyInput } from '#app/_http/content-security-policy.ts'

const input: PolicyInput = {
  nonce: 'bm9uY2U=',
  network: 'emulator',
  accessNode: 'http://127.0.0.1:8888',
  ownNode: null,
  walletConnect: false,
  development: false,
  secure: false,
  framedBySelf: false,
}

const directive = (change: Partial<PolicyInput>, name: string): string | undefined =>
  contentSecurityPolicy({ ...input, ...change })
    .split('; ')
    .find((part) => part.split(' ')[0] === name)

test('locally a page talks to itself and the node, and to nobody else', () => {
  expect(contentSecurityPolicy(input)).toBe(
    "default-src 'self'; script-src 'self' 'nonce-bm9uY2U='; style-src 'self' 'nonce-bm9uY2U='; " +
      "img-src 'self' data: blob:; font-src 'self'; connect-src 'self' http://127.0.0.1:8888; " +
      "frame-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'",
  )
})

test('on a live network wallets may open in a frame; WalletConnect only when it is configured', () => {
  expect(directive({ network: 'testnet' }, 'frame-src')).toContain('https://fcl-discovery.onflow.org')
  expect(directive({ network: 'testnet' }, 'connect-src')).not.toContain('walletconnect')
  expect(directive({ network: 'mainnet', walletConnect: true }, 'connect-src')).toContain('wss://*.walletconnect.org')
  expect(directive({ walletConnect: true }, 'connect-src')).not.toContain('walletconnect')
})

test('only development may eval, only the development wallet may be framed, only https is upgraded', () => {
  expect(directive({}, 'script-src')).not.toContain('unsafe')
  expect(directive({ development: true }, 'script-src')).toContain("'unsafe-eval'")
  expect(directive({ framedBySelf: true }, 'frame-ancestors')).toBe("frame-ancestors 'self'")
  expect(directive({ secure: true }, 'upgrade-insecure-requests')).toBe('upgrade-insecure-requests')
})

test('a Flow node that the visitor chose may be asked too: that origin, and no other', () => {
  const connect = directive({ ownNode: 'https://node.example/flow' }, 'connect-src')
  expect(connect).toBe("connect-src 'self' http://127.0.0.1:8888 https://node.example")
})
