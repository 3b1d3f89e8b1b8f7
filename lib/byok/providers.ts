/** A model provider whose keys customers may bring. */
export interface KeyProvider {
  readonly id: string
  readonly name: string
  /** What its keys look like. */
  readonly keyShape: RegExp
  /** The shape in words, for whoever pasted something else. */
  readonly keyHint: string
  /** Its OpenAI-compatible address; keys are sent to it as bearer tokens. */
  readonly baseUrl: string
  /** A free request that only a valid key gets an answer to. Lists of models are public at some providers. */
  readonly probe: string
  /** How the probe takes the key. */
  readonly probeAuth: 'bearer' | 'anthropic'
  /** How it calls the limit of a chat's answer. */
  readonly outputLimit: 'max_tokens' | 'max_completion_tokens'
}

const token = (least: number): string => `[A-Za-z0-9_-]{${least},256}`
const provider = (
  id: string,
  name: string,
  baseUrl: string,
  more: Partial<Omit<KeyProvider, 'id' | 'name' | 'baseUrl'>> = {},
): KeyProvider => ({
  id,
  name,
  baseUrl,
  keyShape: new RegExp(`^${token(20)}$`),
  keyHint: 'a key of 20 or more letters, digits, - and _',
  probe: `${baseUrl}/models`,
  probeAuth: 'bearer',
  outputLimit: 'max_tokens',
  ...more,
})
const starting = (prefix: string, notWith?: string): Pick<KeyProvider, 'keyShape' | 'keyHint'> => ({
  keyShape: new RegExp(`^${prefix}${notWith ? `(?!${notWith})` : ''}${token(16)}$`),
  keyHint: `a key that starts with ${prefix}`,
})

/** Every provider whose keys are taken. */
export const KEY_PROVIDERS: readonly KeyProvider[] = [
  provider('openai', 'OpenAI', 'https://api.openai.com/v1', {
    ...starting('sk-', 'ant-|or-'),
    outputLimit: 'max_completion_tokens',
  }),
  provider('anthropic', 'Anthropic', 'https://api.anthropic.com/v1', {
    ...starting('sk-ant-'),
    probeAuth: 'anthropic',
  }),
  provider('openrouter', 'OpenRouter', 'https://openrouter.ai/api/v1', {
    ...starting('sk-or-'),
    probe: 'https://openrouter.ai/api/v1/key',
  }),
  provider('together', 'Together AI', 'https://api.together.xyz/v1'),
  provider('fireworks', 'Fireworks AI', 'https://api.fireworks.ai/inference/v1'),
  provider('deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', {
    probe: 'https://api.deepinfra.com/v1/me',
  }),
  provider('groq', 'Groq', 'https://api.groq.com/openai/v1', starting('gsk_')),
  provider('huggingface', 'HuggingFace', 'https://router.huggingface.co/v1', {
    ...starting('hf_'),
    probe: 'https://huggingface.co/api/whoami-v2',
  }),
]

export const findKeyProvider = (id: string): KeyProvider | null =>
  KEY_PROVIDERS.find((candidate) => candidate.id === id) ?? null

/** What a list shows of a key: enough to recognise it, of no use to anybody else. */
export const maskProviderKey = (key: string): string => `${key.slice(0, 4)}…${key.slice(-4)}`
