import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { contractAddresses, type FlowNetwork, projectContracts, withPrefix } from '#lib/flow/addresses.ts'
import { LIVE_CONTRACT } from '#services/platform/settings.ts'

const schema = z.object({
  contracts: z.record(
    z.string(),
    z.object({ source: z.string().optional(), aliases: z.record(z.string(), z.string()) }),
  ),
  accounts: z.record(z.string(), z.object({ address: z.string() })),
})
const { contracts, accounts } = schema.parse(JSON.parse(readFileSync('flow.json', 'utf8')))

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

test("flow.json holds no key but the emulator's", () => {
  expect(Object.keys(accounts)).toEqual(['emulator-account'])
})
