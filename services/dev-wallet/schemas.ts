import * as z from 'zod'
import { flowAddress } from '#services/auth/index.ts'

/** The file that local set-up writes: the accounts with their keys. */
export const accountsFile = z.object({
  accounts: z.array(
    z.object({
      name: z.string(),
      address: flowAddress,
      privateKey: z.string().regex(/^[0-9a-f]{64}$/),
      keyIndex: z.number().int().min(0).default(0),
    }),
  ),
})
export type LocalAccount = z.output<typeof accountsFile>['accounts'][number]

export const devAccountListView = z.object({
  accounts: z.array(z.object({ name: z.string(), address: z.string(), keyIndex: z.number() })),
})
export type DevAccountList = z.output<typeof devAccountListView>

/** What a wallet is asked to sign; the message is hex, as FCL sends it. */
export const signInput = z.object({
  address: flowAddress,
  kind: z.enum(['transaction', 'account-proof', 'user-message']),
  message: z
    .string()
    .regex(/^([0-9a-f]{2})+$/i, 'must be hex')
    .max(60_000),
})
export type SignInput = z.output<typeof signInput>

export const devSignatureView = z.object({ address: z.string(), keyIndex: z.number(), signature: z.string() })
export type DevSignature = z.output<typeof devSignatureView>
