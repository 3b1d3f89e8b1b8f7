import { expect, test } from 'vitest'
import { contentSecurityPolicy, type PolicyInput } from '#app/_http/content-security-policy.ts'

const input: PolicyInput = {
  nonce: 'bm9uY2U=',
  network: 'emulator',
  accessNode: 'http://127.0.0.1:8888',
  ownNode: null,
  walletConnect: false,
  stripe: false,
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

test('Stripe’s script, frames and API are let in where Stripe is configured, and nothing else of anybody’s', () => {
  const added = (name: string) => {
    const before = directive({}, name)?.split(' ') ?? []
    return directive({ stripe: true }, name)
      ?.split(' ')
      .filter((value) => !before.includes(value))
  }
  expect(added('script-src')).toEqual(['https://js.stripe.com', 'https://*.js.stripe.com'])
  expect(added('frame-src')).toEqual(['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'])
  expect(added('connect-src')).toEqual(['https://api.stripe.com'])
  const others = ['default-src', 'style-src', 'img-src', 'font-src', 'frame-ancestors', 'object-src', 'form-action']
  expect(others.flatMap(added)).toEqual([])
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
