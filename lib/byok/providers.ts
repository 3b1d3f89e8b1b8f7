/** A model provider whose keys customers may bring. */
export interface KeyProvider {
  readonly id: string
  readonly name: string
  /** What its keys look like. */
  readonly keyShape: RegExp
  /** The shape in words, for whoever pasted something else. */
  readonly keyHint: string
  /** Its OpenAI-compatible address, or its own. */
  readonly baseUrl: string
  /** A free request that only a valid key gets an answer to: a path under the base. */
  readonly probe: string
  /** How the key is sent. */
  readonly auth: 'bearer' | 'x-api-key'
}

const token = (least: number): string => `[A-Za-z0-9_-]{${least},256}`
const provider = (
  id: string,
  name: string,
  baseUrl: string,
  more: Partial<Pick<KeyProvider, 'keyShape' | 'keyHint' | 'probe' | 'auth'>> = {},
): KeyProvider => ({
  id,
  name,
  baseUrl,
  keyShape: new RegExp(`^${token(20)}$`),
  keyHint: 'a key of 20 or more letters, digits, - and _',
  probe: '/models',
  auth: 'bearer',
  ...more,
})
const starting = (prefix: string, notWith?: string): Pick<KeyProvider, 'keyShape' | 'keyHint'> => ({
  keyShape: new RegExp(`^${prefix}${notWith ? `(?!${notWith})` : ''}${token(16)}$`),
  keyHint: `a key that starts with ${prefix}`,
})

/** Every provider whose keys are taken. */
export const KEY_PROVIDERS: readonly KeyProvider[] = [
  provider('openai', 'OpenAI', 'https://api.openai.com/v1', starting('sk-', 'ant-|or-')),
  provider('anthropic', 'Anthropic', 'https://api.anthropic.com/v1', { ...starting('sk-ant-'), auth: 'x-api-key' }),
  provider('openrouter', 'OpenRouter', 'https://openrouter.ai/api/v1', { ...starting('sk-or-'), probe: '/key' }),
  provider('together', 'Together AI', 'https://api.together.xyz/v1'),
  provider('fireworks', 'Fireworks AI', 'https://api.fireworks.ai/inference/v1'),
  provider('deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai'),
  provider('groq', 'Groq', 'https://api.groq.com/openai/v1', starting('gsk_')),
  provider('huggingface', 'HuggingFace', 'https://huggingface.co/api', { ...starting('hf_'), probe: '/whoami-v2' }),
]

export const findKeyProvider = (id: string): KeyProvider | null =>
  KEY_PROVIDERS.find((candidate) => candidate.id === id) ?? null

/** What a list shows of a key: enough to recognise it, of no use to anybody else. */
export const maskProviderKey = (key: string): string => `${key.slice(0, 4)}…${key.slice(-4)}`
