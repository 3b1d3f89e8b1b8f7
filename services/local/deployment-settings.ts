import type * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { LIVE_CONTRACT, PUBLIC_NODE, settings } from '#services/platform/settings.ts'
import { settingOf } from './configuration.ts'

type Source = Readonly<Record<string, string | undefined>>

/** Where the contracts go: into the admin's account of an emulator, or into an account of a live network. */
export type DeploymentSettings =
  | {
      readonly network: 'emulator'
      /** Not set: those of the local parts that run now. */
      readonly accessNode: string | undefined
      readonly accountsFile: string | undefined
    }
  | {
      readonly network: 'testnet' | 'mainnet'
      readonly accessNode: string
      readonly address: string
      readonly privateKey: string
      readonly keyIndex: number
    }

const refuse = (sentence: string): never => {
  throw new AppError('config_invalid', `${sentence} Nothing was deployed.`)
}

function read<T>(name: string, schema: z.ZodType<T, string | undefined>, value: string | undefined): T {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : refuse(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}.`)
}

/** What a deployment needs of the environment, on the network that is asked for. Throws `config_invalid`. */
export function deploymentSettings(source: Source, asked: string | undefined): DeploymentSettings {
  const configured = read(
    'NEXT_PUBLIC_FLOW_NETWORK',
    settings.NEXT_PUBLIC_FLOW_NETWORK.schema,
    settingOf(source, 'NEXT_PUBLIC_FLOW_NETWORK'),
  )
  const network = read('--network', settings.NEXT_PUBLIC_FLOW_NETWORK.schema, asked ?? configured)
  const isNamed = settingOf(source, 'NEXT_PUBLIC_FLOW_NETWORK') !== undefined
  if (isNamed && network !== configured) {
    refuse(`NEXT_PUBLIC_FLOW_NETWORK is ${configured}, and the other settings are of that network.`)
  }
  const accessNode = read('FLOW_ACCESS_NODE', settings.FLOW_ACCESS_NODE.schema, settingOf(source, 'FLOW_ACCESS_NODE'))
  if (network === 'emulator') {
    return { network, accessNode, accountsFile: settingOf(source, 'LOCAL_ACCOUNTS_FILE') }
  }
  const { FLOW_DEPLOYER_PRIVATE_KEY: key, FLOW_DEPLOYER_KEY_INDEX: index } = source
  const privateKey = read('FLOW_DEPLOYER_PRIVATE_KEY', settings.FLOW_PRIVATE_KEY.schema, key?.trim() || undefined)
  return {
    network,
    accessNode: accessNode ?? PUBLIC_NODE[network],
    address:
      read(
        'FLOW_CONTRACT_ADDRESS',
        settings.FLOW_CONTRACT_ADDRESS.schema,
        settingOf(source, 'FLOW_CONTRACT_ADDRESS'),
      ) ?? LIVE_CONTRACT[network],
    privateKey:
      privateKey?.replace(/^0x/, '') ??
      refuse('FLOW_DEPLOYER_PRIVATE_KEY is not set. Set the key of the contract account.'),
    keyIndex: read('FLOW_DEPLOYER_KEY_INDEX', settings.FLOW_KEY_INDEX.schema, index?.trim() || undefined),
  }
}
