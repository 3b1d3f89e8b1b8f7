import { expect, test } from 'vitest'
import { deploymentSettings } from '#services/local/deployment-settings.ts'

const KEY = 'ab'.repeat(32)
const live = { FLOW_DEPLOYER_PRIVATE_KEY: KEY }
const refused = (sentence: string) =>
  expect.objectContaining({ code: 'config_invalid', publicMessage: expect.stringContaining(sentence) as string })

test.each(['7EE75D81C7229A61', '0x7ee75d81c7229a61'])('the account is read as %s, under either name', (given) => {
  for (const name of ['FLOW_CONTRACT_ADDRESS', 'NEXT_PUBLIC_CONTRACT_ADDRESS']) {
    const read = deploymentSettings({ ...live, [name]: given }, 'testnet')
    expect(read).toMatchObject({ network: 'testnet', address: '0x7ee75d81c7229a61', privateKey: KEY, keyIndex: 0 })
  }
})

test('an address, a key or an index that is none is refused before anything is deployed', () => {
  const settle = (source: Record<string, string>) => () => deploymentSettings({ ...live, ...source }, 'testnet')
  expect(settle({ FLOW_CONTRACT_ADDRESS: '0x12' })).toThrow(refused('FLOW_CONTRACT_ADDRESS must be a Flow address'))
  expect(settle({ FLOW_DEPLOYER_PRIVATE_KEY: 'abc' })).toThrow(refused('FLOW_DEPLOYER_PRIVATE_KEY must be a private'))
  expect(settle({ FLOW_DEPLOYER_PRIVATE_KEY: ' ' })).toThrow(refused('FLOW_DEPLOYER_PRIVATE_KEY is not set'))
  expect(settle({ FLOW_DEPLOYER_KEY_INDEX: 'first' })).toThrow(refused('FLOW_DEPLOYER_KEY_INDEX must be'))
})

test('the network is the one that is set; another, or none that exists, is refused', () => {
  const source = { ...live, NEXT_PUBLIC_FLOW_NETWORK: 'testnet' }
  expect(deploymentSettings(source, undefined)).toMatchObject({ network: 'testnet' })
  expect(() => deploymentSettings(source, 'mainnet')).toThrow(refused('NEXT_PUBLIC_FLOW_NETWORK is testnet'))
  expect(() => deploymentSettings(live, 'devnet')).toThrow(refused('--network must be emulator, testnet or mainnet'))
  expect(deploymentSettings({}, undefined)).toEqual({ network: 'emulator' })
})
