import { describe, expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { checkConfiguration, configuredParts, requireLocalChain, settingOf } from '#services/local/configuration.ts'

const litellm = {
  LITELLM_URL: 'https://llm.example.com',
  LITELLM_MASTER_KEY: 'sk-of-the-user',
  LITELLM_WEBHOOK_SECRET: 'a-secret-of-sixteen-or-more',
}

describe('a part that the user configured is not started', () => {
  test.each([
    ['nothing is set', {}, { database: false, litellm: false, chain: false }],
    ['a database', { DATABASE_URL: 'postgres://db/x' }, { database: true, litellm: false, chain: false }],
    ['an empty name counts as not set', { DATABASE_URL: ' ' }, { database: false, litellm: false, chain: false }],
    ['LiteLLM by another name', { LITELLM_PROXY_URL: 'http://x' }, { database: false, litellm: true, chain: false }],
    ['a live network', { NEXT_PUBLIC_FLOW_NETWORK: 'testnet' }, { database: false, litellm: false, chain: true }],
    ["an emulator of one's own", { FLOW_ACCESS_NODE: 'http://x' }, { database: false, litellm: false, chain: true }],
  ])('%s', (_name, source, parts) => {
    expect(configuredParts(source)).toEqual(parts)
  })

  test('its setting is found under its own name and its aliases', () => {
    expect(settingOf({ LITELLM_API_URL: ' http://x ' }, 'LITELLM_URL')).toBe('http://x')
    expect(settingOf({ LITELLM_URL: '' }, 'LITELLM_URL')).toBeUndefined()
  })
})

describe('a wrong setting is found before anything is started', () => {
  const sentenceOf = (source: Record<string, string>): string => {
    try {
      checkConfiguration(source)
      return ''
    } catch (error) {
      return error instanceof AppError ? error.publicMessage : String(error)
    }
  }

  test('nothing set, and everything set well, are both right', () => {
    expect(sentenceOf({})).toBe('')
    expect(sentenceOf({ ...litellm, DATABASE_URL: 'postgres://db/x', NEXT_PUBLIC_FLOW_NETWORK: 'mainnet' })).toBe('')
  })

  test.each([
    [
      "a LiteLLM of one's own needs its master key",
      { ...litellm, LITELLM_MASTER_KEY: '' },
      /^LITELLM_MASTER_KEY is not set/,
    ],
    [
      'and the secret that its plug-in signs with',
      { ...litellm, LITELLM_WEBHOOK_SECRET: '' },
      /^LITELLM_WEBHOOK_SECRET/,
    ],
    ['a network that does not exist', { NEXT_PUBLIC_FLOW_NETWORK: 'moon' }, /must be emulator, testnet or mainnet/],
    [
      "an emulator of one's own has contracts somewhere",
      { FLOW_ACCESS_NODE: 'http://x' },
      /FLOW_CONTRACT_ADDRESS is not set/,
    ],
    ['a port that is none', { PORT: '0' }, /PORT must be at least 1/],
  ])('%s', (_name, source, sentence) => {
    expect(sentenceOf(source)).toMatch(sentence)
  })
})

test('the demonstration refuses any chain but its own emulator', () => {
  expect(() => requireLocalChain({})).not.toThrow()
  expect(() => requireLocalChain({ NEXT_PUBLIC_FLOW_NETWORK: 'testnet' })).toThrow(/emulator that npm start brings/)
})
