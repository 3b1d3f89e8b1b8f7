import { describe, expect, test } from 'vitest'
import { envExample } from '#services/platform/env-example.ts'
import { loadEnv, secretsOf } from '#services/platform/env.ts'
import { settings } from '#services/platform/settings.ts'

const least = {
  DATABASE_URL: 'postgres://user:db-canary@127.0.0.1:5432/flareflow',
  LITELLM_URL: 'http://127.0.0.1:4000',
  LITELLM_MASTER_KEY: 'sk-master-canary',
  LITELLM_WEBHOOK_SECRET: 'webhook-secret-canary',
  SESSION_SECRET: 'session-secret-canary',
  FLOW_CONTRACT_ADDRESS: '0xf8d6e0586b0a20c7',
}

const fault = (source: Record<string, string>): string => {
  try {
    loadEnv(source)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}

describe('a setting goes by its name or an alias', () => {
  test.each([
    ['LITELLM_API_URL', 'LITELLM_URL'],
    ['LITELLM_PROXY_URL', 'LITELLM_URL'],
    ['NEXT_PUBLIC_LITELLM_URL', 'LITELLM_URL'],
    ['LITELLM_API_KEY', 'LITELLM_MASTER_KEY'],
    ['NEXT_PUBLIC_CONTRACT_ADDRESS', 'FLOW_CONTRACT_ADDRESS'],
  ] as const)('%s is %s', (alias, name) => {
    const { [name]: value, ...rest } = least
    expect(loadEnv({ ...rest, [alias]: value })).toEqual(loadEnv(least))
  })

  test('WEBHOOK_PORT is ORACLE_PORT', () => {
    expect(loadEnv({ ...least, WEBHOOK_PORT: '3111' }).oracle.port).toBe(3111)
  })

  test('two names with different values stop the start, without showing the values', () => {
    const message = fault({ ...least, LITELLM_API_KEY: 'another-canary' })
    expect(message).toContain('LITELLM_MASTER_KEY and LITELLM_API_KEY name the same setting but differ')
    expect(message).not.toContain('canary')
  })

  test('two names with the same value are fine', () => {
    expect(loadEnv({ ...least, LITELLM_API_URL: least.LITELLM_URL })).toEqual(loadEnv(least))
  })
})

describe('a wrong value stops the start with a sentence', () => {
  test.each([
    [{ PORT: 'web' }, 'PORT must be a whole number'],
    [{ ORACLE_PORT: '70000' }, 'ORACLE_PORT must be at most 65535'],
    [{ DATABASE_POOL: '1' }, 'DATABASE_POOL must be at least 2'],
    [{ LITELLM_URL: 'localhost:4000' }, 'LITELLM_URL must be an address that starts with http'],
    [{ NEXT_PUBLIC_FLOW_NETWORK: 'moon' }, 'NEXT_PUBLIC_FLOW_NETWORK must be emulator, testnet or mainnet'],
    [{ FLOW_CONTRACT_ADDRESS: '0x12' }, 'FLOW_CONTRACT_ADDRESS must be a Flow address'],
    [{ SESSION_SECRET: 'short' }, 'SESSION_SECRET must have at least 16 characters'],
    [{ SMTP_URL: 'mail.example' }, 'SMTP_URL must start with smtp://'],
    [{ SMTP_URL: 'smtp://mail.example' }, 'SMTP_URL is set, but MAIL_FROM is not'],
    [{ ALERT_EMAIL: 'ops@flareflow.example' }, 'ALERT_EMAIL is set, but SMTP_URL is not'],
    [{ ALERT_WEBHOOK_URL: 'https://ops.example' }, 'ALERT_WEBHOOK_SECRET is not'],
    [{ ALLOW_PRIVATE_WEBHOOKS: 'true', NEXT_PUBLIC_FLOW_NETWORK: 'testnet' }, 'ALLOW_PRIVATE_WEBHOOKS is true, but'],
    [{ ALLOW_PRIVATE_PROVIDERS: 'true', NEXT_PUBLIC_FLOW_NETWORK: 'testnet' }, 'ALLOW_PRIVATE_PROVIDERS is true, but'],
    [{ CREDITS_FLOW_ADDRESS: '0x1234567890abcdef', FLOW_CONTRACT_ADDRESS: '1234567890ABCDEF' }, 'holds the contracts'],
    [{ BYOK_FEE: '10001' }, 'BYOK_FEE must be at most 10000'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must start with postgres://'],
    [{ FLOW_PRIVATE_KEY: 'xyz' }, 'FLOW_PRIVATE_KEY must be a private key'],
  ] as [Record<string, string>, string][])('%o', (wrong, sentence) => {
    expect(fault({ ...least, ...wrong })).toContain(sentence)
  })

  test('all faults are told at once', () => {
    const message = fault({ PORT: 'x' })
    for (const name of ['DATABASE_URL', 'LITELLM_URL', 'PORT', 'SESSION_SECRET']) expect(message).toContain(name)
  })

  test('no fault shows the value of a secret', () => {
    expect(fault({ ...least, PORT: 'x', SESSION_SECRET: 'canary' })).not.toContain('canary')
  })
})

test("LiteLLM's master key under a public name is refused with the reason", () => {
  const message = fault({ ...least, NEXT_PUBLIC_LITELLM_ADMIN_KEY: 'sk-canary' })
  expect(message).toContain('NEXT_PUBLIC_LITELLM_ADMIN_KEY is set')
  expect(message).toContain('Remove it and set LITELLM_MASTER_KEY')
  expect(message).not.toContain('canary')
})

test('the development wallet can not be configured on a live network', () => {
  const live = { ...least, NEXT_PUBLIC_FLOW_NETWORK: 'testnet', LOCAL_ACCOUNTS_FILE: 'accounts.json' }
  expect(fault(live)).toContain('the development wallet is local only')
})

test('live networks have their contract and node without configuration', () => {
  const { FLOW_CONTRACT_ADDRESS: _, ...rest } = least
  const { flow } = loadEnv({ ...rest, NEXT_PUBLIC_FLOW_NETWORK: 'mainnet' })
  expect(flow.contractAddress).toBe('0x6daee039a7b9c2f0')
  expect(flow.defaultProvider).toBe('0x6daee039a7b9c2f0')
  expect(flow.accessNode).toMatch(/^https:/)
})

test('every secret is known by value, so that logs can be searched for it', () => {
  expect(secretsOf(loadEnv(least)).sort()).toEqual(
    ['db-canary', 'session-secret-canary', 'sk-master-canary', 'webhook-secret-canary'].sort(),
  )
})

test('so are the secrets of alerts', () => {
  const alerts = {
    SMTP_URL: 'smtp://me:mail-canary@mail.example:587',
    MAIL_FROM: 'alerts@flareflow.example',
    ALERT_WEBHOOK_URL: 'https://ops.example/',
    ALERT_WEBHOOK_SECRET: 'operators-alert-canary',
  }
  expect(secretsOf(loadEnv({ ...least, ...alerts }))).toEqual(
    expect.arrayContaining(['mail-canary', 'operators-alert-canary']),
  )
})

test('the example explains every setting', () => {
  for (const name of Object.keys(settings)) expect(envExample()).toContain(`#${name}=`)
})
