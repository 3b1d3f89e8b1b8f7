// Deploys or updates the contracts: npm run deploy:contracts -- --network emulator|testnet|mainnet
import { AppError } from '#lib/errors/app-error.ts'
import { type Deployment, deployLive, setUpLocalChain } from '#services/chain/index.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import { runningChain } from '#services/local/command-environment.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { nonEmpty, readEnvFiles } from '#services/local/configuration.ts'
import { deploymentSettings } from '#services/local/deployment-settings.ts'
import { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import { openHome } from '#services/local/home.ts'

async function deploy(): Promise<Deployment> {
  const { network } = commandOptions({ options: { network: { type: 'string' } } }).values
  readEnvFiles()
  const asked = deploymentSettings(nonEmpty(process.env), network)
  if (asked.network !== 'emulator') return deployLive(asked)
  const running = runningChain()
  const { deployment } = await setUpLocalChain({
    accessNode: asked.accessNode ?? running?.accessNode ?? 'http://127.0.0.1:8888',
    accountsFile: asked.accountsFile ?? running?.accountsFile ?? openHome().accountsFile,
    funder: createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 }),
    keepsFile: true,
  })
  return deployment
}

try {
  for (const { name, done } of await deploy()) process.stdout.write(`${name} ${done}\n`)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  process.stderr.write(`${[...new Set([error.publicMessage, error.internal])].join('\n')}\n`)
  process.exitCode = 1
}
