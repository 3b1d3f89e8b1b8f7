import { describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { secretsOf } from '#services/platform/env.ts'
import { testEnv } from '#tests/support/context.ts'

describe('the identity provider', () => {
  const oidc = { OIDC_ISSUER: 'https://id.example/realm', OIDC_AUDIENCE: 'flareflow' }

  test('is none until it is set, and its keys are where it says itself', () => {
    expect(testEnv().oidc).toBeNull()
    expect(testEnv(oidc).oidc).toEqual({ issuer: oidc.OIDC_ISSUER, audience: 'flareflow', jwksUrl: null })
  })

  test.each(['OIDC_ISSUER', 'OIDC_AUDIENCE'] as const)('without %s stops the start', (name) => {
    const { [name]: _, ...rest } = oidc
    expect(() => testEnv(rest)).toThrow(/belong together/)
  })
})

describe('Redis', () => {
  test('goes by its address, or by host and port', () => {
    expect(testEnv().redis).toBeNull()
    expect(testEnv({ REDIS_URL: 'redis://r.example:1' }).redis).toEqual({ url: 'redis://r.example:1' })
    expect(testEnv({ REDIS_HOST: 'r.example' }).redis).toEqual({ url: 'redis://r.example:6379' })
    expect(testEnv({ REDIS_HOST: 'r.example', REDIS_PORT: '7000' }).redis).toEqual({ url: 'redis://r.example:7000' })
  })

  test('under both names must be one server', () => {
    const url = 'redis://:redis-canary@r.example'
    expect(testEnv({ REDIS_URL: url, REDIS_HOST: 'r.example' }).redis).toEqual({ url })
    expect(() => testEnv({ REDIS_URL: url, REDIS_HOST: 'other.example' })).toThrow(/different servers/)
    expect(secretsOf(testEnv({ REDIS_URL: url }))).toContain('redis-canary')
  })
})

test('a welcome is one dollar for 30 days, 20 dollars a day, unless it is set otherwise', () => {
  expect(testEnv().welcome).toEqual({ amount: parseUsd('1'), budget: parseUsd('20'), days: 30, perAddress: 1 })
  expect(testEnv({ WELCOME_CREDITS_USD: '0.5' }).welcome.amount).toBe(parseUsd('0.5'))
  expect(() => testEnv({ WELCOME_CREDITS_USD: '-1' })).toThrow(/must be an amount of USD/)
})
