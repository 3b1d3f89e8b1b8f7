import * as z from 'zod'

/** A Flow address, written with 0x and in lower case. */
export const flowAddress = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{16}$/, 'must be a Flow address: 0x and 16 hex digits')
  .transform((given) => `0x${given.replace(/^0x/, '').toLowerCase()}`)

const compositeSignature = z.object({
  addr: flowAddress,
  keyId: z.number().int().min(0).max(10_000),
  signature: z.string().regex(/^[0-9a-f]{128}$/i, 'must be a signature: 128 hex digits'),
})

/** What a browser sends to sign in: the account proof that its wallet made. */
export const accountProofInput = z.object({
  address: flowAddress,
  nonce: z.string().regex(/^[0-9a-f]{64}$/, 'must be the nonce that was issued'),
  network: z.string().max(20),
  signatures: z.array(compositeSignature).min(1).max(10),
})
export type AccountProofInput = z.output<typeof accountProofInput>

export const nonceView = z.object({ nonce: z.string(), appIdentifier: z.string(), expiresAt: z.iso.datetime() })

const rolesView = z.object({ admin: z.boolean(), oracle: z.boolean(), provider: z.boolean() })
export type Roles = z.output<typeof rolesView>

export const sessionView = z.object({
  address: flowAddress,
  network: z.string(),
  expiresAt: z.iso.datetime(),
  /** Null while the chain can't be asked. */
  roles: rolesView.nullable(),
})
export type SessionView = z.output<typeof sessionView>
