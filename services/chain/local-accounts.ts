import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { formatFlow, parseFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import {
  type ChainClient,
  createSigner,
  generateFlowKey,
  publicKeyOf,
  type Signer,
} from '#services/clients/flow/index.ts'

/** What each of the local accounts starts with, in FLOW. The admin's account holds the contracts. */
const START_FLOW = { customer: '1000', provider: '100', admin: '100', oracle: '100' } as const

/** Every new account is given this much by the chain itself. */
const GIVEN_BY_CHAIN = parseFlow('0.001')

type LocalRole = keyof typeof START_FLOW

const accountSchema = z.object({
  name: z.enum(['customer', 'provider', 'admin', 'oracle']),
  address: z.string().regex(/^0x[0-9a-f]{16}$/),
  privateKey: z.string().regex(/^[0-9a-f]{64}$/),
  keyIndex: z.literal(0),
})
const fileSchema = z.object({ accounts: z.array(accountSchema).length(4) })

export type LocalAccount = z.output<typeof accountSchema>
export type LocalAccounts = Readonly<Record<LocalRole, LocalAccount>>

interface CreateOptions {
  chain: ChainClient
  /** Pays for the accounts and their FLOW. */
  funder: Signer
  /** Keeps the accounts with their keys, readable by the user alone. */
  file: string
  /** Accounts of another chain in the file are kept, and none are made: their keys would be lost. */
  keepsFile?: boolean
}

/** The four local accounts: those of the file if this chain has them, else new ones. Refused on a live network. */
export async function createLocalAccounts(options: CreateOptions): Promise<LocalAccounts> {
  const { chain, funder, file, keepsFile = false } = options
  if (chain.network !== 'emulator') throw new AppError('wrong_network', 'Local accounts exist on the emulator only.')
  const kept = readAccounts(file)
  if (kept !== null && (await areOnChain(chain, kept))) return kept
  if (kept !== null && keepsFile) {
    throw new AppError(
      'local_part_failed',
      `${file} holds the accounts of another chain. Nothing was done. ` +
        'Name another file by LOCAL_ACCOUNTS_FILE, the chain by FLOW_ACCESS_NODE, or run npm run reset to start afresh.',
    )
  }
  const roles = Object.keys(START_FLOW) as LocalRole[]
  const created: LocalAccount[] = []
  for (const role of roles) created.push(await createAccount(chain, funder, role))
  save(file, created)
  return byRole(created)
}

/** What an earlier start wrote; null when there is no such file. */
function readAccounts(file: string): LocalAccounts | null {
  if (!existsSync(file)) return null
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return byRole(parsed.data.accounts)
  throw new AppError(
    'local_part_failed',
    `${file} is not a list of local accounts. Run npm run reset to start afresh.`,
    {
      cause: parsed.error,
    },
  )
}

/** A chain that was reset knows none of them, or has given an address to somebody else. */
async function areOnChain(chain: ChainClient, accounts: LocalAccounts): Promise<boolean> {
  const found = await Promise.all(
    Object.values(accounts).map(async ({ address, privateKey }) => {
      const account = await chain.account(address)
      return account?.keys.some((key) => key.publicKey === publicKeyOf(privateKey) && !key.revoked) ?? false
    }),
  )
  return found.every(Boolean)
}

async function createAccount(chain: ChainClient, funder: Signer, name: LocalRole): Promise<LocalAccount> {
  const { privateKey, publicKey } = generateFlowKey()
  const amount = formatFlow(flow(parseFlow(START_FLOW[name]) - GIVEN_BY_CHAIN))
  const { events } = await chain.send('account/create_account', { publicKey, amount }, funder)
  const created = events.find(({ type }) => type === 'flow.AccountCreated')
  const { address } = z.object({ address: accountSchema.shape.address }).parse(created?.data)
  return { name, address, privateKey, keyIndex: 0 }
}

function save(file: string, accounts: readonly LocalAccount[]): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, `${JSON.stringify({ accounts }, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

function byRole(accounts: readonly LocalAccount[]): LocalAccounts {
  const find = (role: LocalRole): LocalAccount => {
    const account = accounts.find(({ name }) => name === role)
    if (account === undefined)
      throw new AppError('local_part_failed', `The local account ${role} is missing. Run npm run reset.`)
    return account
  }
  return { customer: find('customer'), provider: find('provider'), admin: find('admin'), oracle: find('oracle') }
}

export const signerOf = (account: LocalAccount): Signer => createSigner(account)
