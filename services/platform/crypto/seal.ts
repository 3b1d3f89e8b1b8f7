import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { AppError } from '#lib/errors/app-error.ts'

/**
 * A secret at rest: AES-256-GCM under a data key of its own, which is wrapped by a master key. Another master key needs
 * only the wrapping done anew. All texts are base64url.
 */
export interface Sealed {
  /** Which master key wrapped it. */
  readonly masterKey: string
  /** The data key, wrapped. */
  readonly wrapped: string
  /** The secret under the data key. */
  readonly sealed: string
}

/** Master keys; the first one wraps, the others only open what they once wrapped. */
export interface MasterKeys {
  readonly current: { readonly id: string; readonly key: Buffer }
  readonly byId: ReadonlyMap<string, Buffer>
}

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** Reads master keys of 32 bytes in base64, separated by commas, the current one first. Throws `config_invalid`. */
export function readMasterKeys(text: string): MasterKeys {
  const all = text.split(',').map((part) => {
    const key = Buffer.from(part.trim(), 'base64')
    if (key.length !== KEY_BYTES) {
      throw new AppError('config_invalid', 'BYOK_ENCRYPTION_KEY must be 32 bytes in base64, or several with commas.')
    }
    return { id: createHash('sha256').update('master key').update(key).digest('hex').slice(0, 16), key }
  })
  const [current] = all
  if (!current) throw new AppError('config_invalid', 'BYOK_ENCRYPTION_KEY is empty.')
  return { current, byId: new Map(all.map(({ id, key }) => [id, key])) }
}

function encrypt(key: Buffer, plain: Buffer, context: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8'))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

function decrypt(key: Buffer, text: string, context: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error('too short to be sealed')
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(-TAG_BYTES)]
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8')).setAuthTag(tag)
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}

const wrapContext = (context: string, masterKey: string): string => `wrap|${masterKey}|${context}`

/** Seals a secret for one place: with another `context` (whose it is, which record) it doesn't open. */
export function seal({ current }: MasterKeys, secret: string, context: string): Sealed {
  const dataKey = randomBytes(KEY_BYTES)
  return {
    masterKey: current.id,
    wrapped: encrypt(current.key, dataKey, wrapContext(context, current.id)),
    sealed: encrypt(dataKey, Buffer.from(secret, 'utf8'), `data|${context}`),
  }
}

/** What was sealed. Throws `internal` when it was swapped, altered, or its master key is gone. */
export function unseal(keys: MasterKeys, { masterKey, wrapped, sealed }: Sealed, context: string): string {
  return guarded(() => {
    const dataKey = decrypt(masterKeyOf(keys, masterKey), wrapped, wrapContext(context, masterKey))
    return decrypt(dataKey, sealed, `data|${context}`).toString('utf8')
  })
}

/**
 * The same secret under the current master key; the sealed text itself stays as it is. It is opened all the same: what
 * was swapped or altered is refused here too, and not carried on under a new wrapping.
 */
export function rewrap(keys: MasterKeys, { masterKey, wrapped, sealed }: Sealed, context: string): Sealed {
  return guarded(() => {
    const dataKey = decrypt(masterKeyOf(keys, masterKey), wrapped, wrapContext(context, masterKey))
    decrypt(dataKey, sealed, `data|${context}`)
    const { id, key } = keys.current
    return { masterKey: id, wrapped: encrypt(key, dataKey, wrapContext(context, id)), sealed }
  })
}

function masterKeyOf({ byId }: MasterKeys, id: string): Buffer {
  const key = byId.get(id)
  if (!key) throw new Error(`master key ${id} is not configured`)
  return key
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const sentence = 'A stored key can’t be opened. Enter it again, or ask the operator to look at the log.'
    throw new AppError('internal', sentence, { internal: 'a sealed secret does not open', cause })
  }
}
