import { expect, test } from 'vitest'
import { loadEnv } from '#services/platform/env.ts'
import { welcomeWarning } from '#services/platform/welcome-warning.ts'

const warningOf = (source: Record<string, string>): string | null =>
  welcomeWarning(
    loadEnv({
      DATABASE_URL: 'postgres://user:password@127.0.0.1:5432/flareflow',
      LITELLM_URL: 'http://127.0.0.1:4000',
      LITELLM_MASTER_KEY: 'sk-master-of-the-test',
      LITELLM_WEBHOOK_SECRET: 'webhook-secret-of-the-test',
      SESSION_SECRET: 'session-secret-of-the-test',
      FLOW_CONTRACT_ADDRESS: '0xf8d6e0586b0a20c7',
      ...source,
    }),
  )

test('an operator is told that all visitors share one address and its welcomes', () => {
  expect(warningOf({})).toMatch(/^TRUSTED_PROXIES is 0, .*WELCOME_PER_ADDRESS=1 a UTC day/)
})

test.each([
  ['proxies say where visitors come from', { TRUSTED_PROXIES: '1' }],
  ['nobody is welcomed', { WELCOME_CREDITS_USD: '0' }],
  ['the day’s budget ends before the address does', { WELCOME_PER_ADDRESS: '20' }],
])('nothing is told where %s', (_name, source) => {
  expect(warningOf(source)).toBeNull()
})
