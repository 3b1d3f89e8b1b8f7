import * as z from 'zod'
import { keyBlockReasons } from '#lib/keys/key-blocks.ts'

/** What the parties of a vault may see of its key. `none`: nobody asked for one yet. */
export const keyView = z.object({
  state: z.enum(['none', 'pending', 'active', 'blocked']),
  masked: z.string().nullable(),
  /** The owner confirmed having the secret; until then the key may be replaced. */
  acknowledged: z.boolean(),
  /** Why it may not be used, oldest reason first. */
  blocks: z.array(z.object({ reason: z.enum(keyBlockReasons), detail: z.string(), since: z.iso.datetime() })),
})
export type KeyView = z.output<typeof keyView>

/** The answer to a request for a key. The secret is in it once, in the answer that made the key. */
export const createdKeyView = keyView.extend({ secret: z.string().optional() })
export type CreatedKey = z.output<typeof createdKeyView>
