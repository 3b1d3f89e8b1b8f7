// Deploys or updates the contracts: npm run deploy:contracts -- --network emulator|testnet|mainnet
import { parseArgs } from 'node:util'
import { AppError } from '#lib/errors/app-error.ts'
import { type Deployment, deployLive, setUpLocalChain } from '#services/chain/index.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import { openHome } from '#services/local/home.ts'
import { LIVE_CONTRACT, PUBLIC_NODE } from '#services/platform/settings.ts'

const { network } = parseArgs({ options: { network: { type: 'string', default: 'emulator' } } }).values

async function deploy(): Promise<Deployment> {
  const accessNode = process.env.FLOW_ACCESS_NODE
  if (network === 'emulator') {
    const funder = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
    const accountsFile = process.env.LOCAL_ACCOUNTS_FILE ?? openHome().accountsFile
    return (await setUpLocalChain({ accessNode: accessNode ?? 'http://127.0.0.1:8888', accountsFile, funder }))
      .deployment
  }
  if (network !== 'testnet' && network !== 'mainnet') {
    throw new AppError('config_invalid', '--network must be emulator, testnet or mainnet. Nothing was deployed.')
  }
  const privateKey = process.env.FLOW_DEPLOYER_PRIVATE_KEY
  if (!privateKey) {
    throw new AppError('config_invalid', 'FLOW_DEPLOYER_PRIVATE_KEY is not set. Set the key of the contract account.')
  }
  const keyIndex = Number.parseInt(process.env.FLOW_DEPLOYER_KEY_INDEX ?? '0', 10)
  const address = process.env.FLOW_CONTRACT_ADDRESS ?? LIVE_CONTRACT[network]
  return deployLive({ network, accessNode: accessNode ?? PUBLIC_NODE[network], address, privateKey, keyIndex })
}

try {
  for (const { name, done } of await deploy()) process.stdout.write(`${name} ${done}\n`)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${error.publicMessage}\n${error.internal}\n`)
  process.exitCode = 1
}
