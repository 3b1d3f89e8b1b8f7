import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { contractAddresses, type FlowNetwork, projectContracts, withPrefix } from '#lib/flow/addresses.ts'
import { LIVE_SETTINGS } from '#services/chain/deploy-live.ts'
import { SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import { LIVE_CONTRACT } from '#services/platform/settings.ts'

const deployed = z.object({ name: z.string(), args: z.array(z.object({ type: z.string(), value: z.string() })) })
const schema = z.object({
  contracts: z.record(
    z.string(),
    z.object({ source: z.string().optional(), aliases: z.record(z.string(), z.string()) }),
  ),
  accounts: z.record(z.string(), z.object({ address: z.string(), key: z.unknown() })),
  deployments: z.record(z.string(), z.record(z.string(), z.array(z.union([z.string(), deployed])))),
})
const { contracts, accounts, deployments } = schema.parse(JSON.parse(readFileSync('flow.json', 'utf8')))

test("flow.json has each of the project's contracts, where it is on the live networks", () => {
  for (const name of projectContracts('testnet')) {
    const { source, aliases } = contracts[name] ?? {}
    expect([name, source && existsSync(source)]).toEqual([name, true])
    expect([name, aliases && withPrefix(aliases['testnet'] ?? '')]).toEqual([name, LIVE_CONTRACT.testnet])
    expect([name, aliases && withPrefix(aliases['mainnet'] ?? '')]).toEqual([name, LIVE_CONTRACT.mainnet])
  }
})

test.each<FlowNetwork>(['emulator', 'testnet', 'mainnet'])("flow.json finds Flow's own contracts on %s", (network) => {
  const known = contractAddresses(network, '0x01cf0e2f2f715450')
  const core = Object.entries(contracts).filter(([, { source }]) => source === undefined)
  expect(core.length).toBeGreaterThan(0)
  for (const [name, { aliases }] of core)
    expect([name, withPrefix(aliases[network] ?? '')]).toEqual([name, known[name]])
})

const ACCOUNTS: Record<FlowNetwork, string> = {
  emulator: 'emulator-account',
  testnet: 'testnet-account',
  mainnet: 'mainnet-account',
}

test.each<FlowNetwork>(['emulator', 'testnet', 'mainnet'])('flow.json deploys each contract on %s', (network) => {
  const list = deployments[network]?.[ACCOUNTS[network]] ?? []
  const names = list.map((each) => (typeof each === 'string' ? each : each.name))
  expect(names.toSorted()).toEqual(projectContracts(network).toSorted())
})

test.each<'testnet' | 'mainnet'>(['testnet', 'mainnet'])('it does so on %s as the command does', (network) => {
  const account = ACCOUNTS[network]
  const [subscriptions] = deployments[network]?.[account]?.filter((each) => typeof each !== 'string') ?? []
  expect(withPrefix(accounts[account]?.address ?? '')).toBe(LIVE_CONTRACT[network])
  expect(subscriptions).toEqual({
    name: 'UsageBasedSubscriptions',
    args: Object.values(LIVE_SETTINGS).map((value) => ({
      type: typeof value === 'bigint' ? 'UInt64' : 'UFix64',
      value: String(value),
    })),
  })
})

test("flow.json holds no key but the emulator's: the others lie in files that are not committed", () => {
  const { 'emulator-account': ofEmulator, ...live } = accounts
  expect(ofEmulator?.key).toBe(SERVICE_PRIVATE_KEY)
  expect(Object.values(live).map(({ key }) => key)).toEqual([
    { type: 'file', location: 'testnet.pkey' },
    { type: 'file', location: 'mainnet.pkey' },
  ])
  expect(readFileSync('.gitignore', 'utf8')).toMatch(/^\*\.pkey$/m)
})
