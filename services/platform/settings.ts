import * as z from 'zod'

/** One environment variable: what it is, how it is read, and the other names it goes by. */
interface Setting<T> {
  readonly about: string
  readonly aliases?: readonly string[]
  readonly secret?: boolean
  readonly schema: z.ZodType<T, string | undefined>
}

const setting = <T>(about: string, schema: z.ZodType<T, string | undefined>, more: Partial<Setting<T>> = {}) => ({
  about,
  schema,
  ...more,
})

const text = z.string().min(1)
const url = z.url({ protocol: /^https?$/, error: 'must be an address that starts with http:// or https://' })
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform((digits) => Number.parseInt(digits, 10))
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
const address = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{16}$/, 'must be a Flow address: 0x and 16 hex digits')
  .transform((given) => `0x${given.replace(/^0x/, '').toLowerCase()}`)
const hex64 = z.string().regex(/^(0x)?[0-9a-fA-F]{64}$/, 'must be a private key: 64 hex digits')
const usdAmount = z.string().regex(/^\d{1,9}(\.\d{1,8})?$/, 'must be an amount of USD')
const strongSecret = z.string().min(16, 'must have at least 16 characters')

/** What one oracle process does; several share the work. */
export const ORACLE_ROLES = ['receiver', 'poller', 'settler'] as const
export type OracleRole = (typeof ORACLE_ROLES)[number]

const roles = z
  .string()
  .transform((list) => [...new Set(list.split(',').map((role) => role.trim().toLowerCase()))])
  .pipe(z.array(z.enum(ORACLE_ROLES, `must be a comma list of ${ORACLE_ROLES.join(', ')}`)))

const or = <T>(schema: z.ZodType<T, string>, fallback: string) => z.string().default(fallback).pipe(schema)

/** The addresses that the live networks' deployments have; locally it is the admin account. */
export const LIVE_CONTRACT = { testnet: '0x7ee75d81c7229a61', mainnet: '0x6daee039a7b9c2f0' } as const

/** Access nodes that anyone may use. */
export const PUBLIC_NODE = {
  testnet: 'https://rest-testnet.onflow.org',
  mainnet: 'https://rest-mainnet.onflow.org',
} as const

/** Every variable that the product reads, in the order of `.env.example`. */
export const settings = {
  DATABASE_URL: setting(
    'Postgres of your own (15 or newer). Not set: npm start runs an embedded Postgres 18.',
    z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://'),
    { secret: true },
  ),
  DATABASE_POOL: setting('Connections that each process may hold, 2 to 10.', or(whole(2, 10), '5')),
  LITELLM_URL: setting('Your LiteLLM proxy. Not set: npm start runs a real one with made-up answers.', url, {
    aliases: ['LITELLM_API_URL', 'LITELLM_PROXY_URL', 'NEXT_PUBLIC_LITELLM_URL'],
  }),
  LITELLM_MASTER_KEY: setting("LiteLLM's master key. Used on the server only; it never reaches a browser.", text, {
    aliases: ['LITELLM_API_KEY'],
    secret: true,
  }),
  LITELLM_WEBHOOK_URL: setting('Where LiteLLM sends usage: the oracle, as LiteLLM reaches it.', url.optional()),
  LITELLM_WEBHOOK_SECRET: setting(
    'Secret that signs usage on its way to the oracle, 16 characters or more.',
    strongSecret,
    {
      secret: true,
    },
  ),
  NEXT_PUBLIC_FLOW_NETWORK: setting(
    'emulator, testnet or mainnet. emulator: npm start runs one.',
    or(z.enum(['emulator', 'testnet', 'mainnet'], 'must be emulator, testnet or mainnet'), 'emulator'),
  ),
  FLOW_ACCESS_NODE: setting(
    'REST address of a Flow access node. Not set: the public one of the network.',
    url.optional(),
  ),
  FLOW_CONTRACT_ADDRESS: setting('Account that holds the contracts.', address.optional(), {
    aliases: ['NEXT_PUBLIC_CONTRACT_ADDRESS'],
  }),
  FLOW_ORACLE_ADDRESS: setting("Account that submits readings; holds the oracle's capability.", address.optional()),
  FLOW_PRIVATE_KEY: setting(
    "Private key (P-256) of the oracle's account. Only the oracle process reads it.",
    hex64.optional(),
    {
      secret: true,
    },
  ),
  FLOW_KEY_INDEX: setting("Index of that key on the oracle's account.", or(whole(0, 10_000), '0')),
  DEFAULT_PROVIDER_ADDRESS: setting(
    'Provider that a new subscription names unless the customer changes it.',
    address.optional(),
  ),
  WALLETCONNECT_PROJECT_ID: setting('Project id for WalletConnect on testnet and mainnet.', text.optional()),
  FLARE_RPC_URL: setting('A Flare node.', url.optional(), { aliases: ['NEXT_PUBLIC_FLARE_ENDPOINT'] }),
  APP_URL: setting('Address of the dashboard as its users type it.', or(url, 'http://localhost:3003')),
  PORT: setting('Port of the dashboard.', or(whole(1, 65_535), '3003')),
  ORACLE_URL: setting('Address of the oracle as the dashboard reaches it.', or(url, 'http://127.0.0.1:3001')),
  ORACLE_PORT: setting('Port of the oracle.', or(whole(0, 65_535), '3001'), { aliases: ['WEBHOOK_PORT'] }),
  ORACLE_HOST: setting(
    'Network address that the oracle listens on. The default is reached from this machine only.',
    or(z.union([z.ipv4(), z.ipv6()], 'must be an IP address'), '127.0.0.1'),
  ),
  ORACLE_ROLES: setting(
    'What this oracle process does, a comma list. receiver: takes usage. poller: reads LiteLLM, looks after keys, ' +
      'limits and storage. settler: brings readings to the chain. Several processes may have the same role.',
    or(roles, ORACLE_ROLES.join(',')),
  ),
  OUTBOX_LEASE: setting(
    'Milliseconds after which another process takes over the work of one that does not answer.',
    or(whole(100, 600_000), '6000'),
  ),
  SETTLE_INTERVAL: setting('Milliseconds between settlements.', or(whole(100, 86_400_000), '60000')),
  POLL_INTERVAL: setting("Milliseconds between polls of LiteLLM's spend logs.", or(whole(100, 86_400_000), '300000')),
  POLL_LAG: setting(
    'Milliseconds that polling trails behind now: the longest request and the flush of its log.',
    or(whole(0, 86_400_000), '900000'),
  ),
  RECONCILE_HOUR: setting(
    "Hour (UTC) from which the day before is compared with LiteLLM's own books.",
    or(whole(0, 23), '3'),
  ),
  INGEST_QUEUE: setting(
    'Events that may wait to be stored, and 4 KiB of deliveries for each; a sender that brings more is told to wait.',
    or(whole(1, 1_000_000), '20000'),
  ),
  EVENT_RETENTION_MONTHS: setting(
    'Months of single calls that are kept besides the current one, once they are settled. 0: all. Sums stay for ever.',
    or(whole(0, 1_200), '0'),
  ),
  BATCH_SIZE: setting('Keys that one poll asks for at a time.', or(whole(1, 1000), '10')),
  KEY_TOKENS_PER_MINUTE: setting(
    "Tokens that a subscription's key may use in a minute. The more, the more FLOW a subscription must keep unused.",
    or(whole(100, 1_000_000_000), '10000'),
  ),
  KEY_PARALLEL_REQUESTS: setting("Requests of a subscription's key at the same time.", or(whole(1, 10_000), '5')),
  KEY_CALL_TOKENS: setting(
    'Tokens by which one request may exceed what LiteLLM reserves for it: the longest answer of your models.',
    or(whole(0, 10_000_000), '1000'),
  ),
  GUARD_INTERVAL: setting(
    'Milliseconds between two looks at what changed on chain and in the meters, to block keys in time.',
    or(whole(100, 60_000), '3000'),
  ),
  GUARD_LAG: setting(
    'Milliseconds from the start of a request until its usage has blocked the key, if it must: the longest request, ' +
      "its report, and GUARD_INTERVAL. Set LiteLLM's request_timeout below it.",
    or(whole(1_000, 3_600_000), '60000'),
  ),
  CREDIT_PRICES_FILE: setting(
    'JSON file with the prices in credits: base costs, power levels, tiers. Not set: the built-in list.',
    text.optional(),
  ),
  GATEWAY_PORT: setting('Port of `npm run gateway`.', or(whole(0, 65_535), '3004')),
  GATEWAY_HOST: setting(
    'Network address that `npm run gateway` listens on. The default is reached from this machine only.',
    or(z.union([z.ipv4(), z.ipv6()], 'must be an IP address'), '127.0.0.1'),
  ),
  GATEWAY_BODY_LIMIT: setting(
    'Bytes that a request to the gateway may have. Each counts as a token until the model has counted.',
    or(whole(1_024, 100_000_000), '4194304'),
  ),
  GATEWAY_BODY_TIMEOUT: setting(
    'Milliseconds that the body of a request to the gateway may take to arrive.',
    or(whole(100, 600_000), '30000'),
  ),
  GATEWAY_TIMEOUT: setting(
    'Milliseconds that a request to a model may take through the gateway.',
    or(whole(1_000, 3_600_000), '600000'),
  ),
  GATEWAY_DRAIN: setting(
    'Milliseconds that a stream is read on after its caller has left, to learn what it used.',
    or(whole(0, 3_600_000), '120000'),
  ),
  GATEWAY_IMAGE_TOKENS: setting(
    'Tokens that one image may count as, at most: what is held for it.',
    or(whole(1, 1_000_000), '10000'),
  ),
  SESSION_SECRET: setting('Secret of sign-in sessions, 16 characters or more.', strongSecret, { secret: true }),
  OIDC_ISSUER: setting(
    'Identity provider whose tokens (JWT) open credit accounts, such as a Keycloak realm: the exact "iss" of its ' +
      'tokens. Not set: wallets and keys only.',
    url.optional(),
  ),
  OIDC_AUDIENCE: setting('The "aud" that such a token must have.', text.optional()),
  OIDC_JWKS_URL: setting("Address of the issuer's keys. Not set: its discovery document says it.", url.optional()),
  WELCOME_CREDITS_USD: setting('Credits that a new account is given; 0 for none.', or(usdAmount, '1')),
  WELCOME_BUDGET_USD: setting('Most that all new accounts of a UTC day are given together.', or(usdAmount, '20')),
  WELCOME_DAYS: setting('Days after which what is left of a welcome ends.', or(whole(1, 3_650), '30')),
  WELCOME_PER_ADDRESS: setting(
    'New accounts that are welcomed of one network address a UTC day.',
    or(whole(1, 1_000), '1'),
  ),
  TRUSTED_PROXIES: setting(
    'Proxies of yours before the dashboard and the gateway that add to X-Forwarded-For. 0: nobody is believed, and ' +
      'all visitors count as one network address: of them all, WELCOME_PER_ADDRESS are welcomed a UTC day.',
    or(whole(0, 10), '0'),
  ),
  REDIS_URL: setting(
    'Redis that shares rate limits between processes, redis:// or rediss://. Not set: Postgres shares them.',
    z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
      .optional(),
    { secret: true },
  ),
  REDIS_HOST: setting('Host of that Redis, in place of REDIS_URL.', text.optional()),
  REDIS_PORT: setting('Port of that Redis, beside REDIS_HOST. Not set: 6379.', whole(1, 65_535).optional()),
  STRIPE_SECRET_KEY: setting("Stripe's secret key. Not set: credits can't be bought with a card.", text.optional(), {
    secret: true,
  }),
  STRIPE_PUBLISHABLE_KEY: setting("Stripe's publishable key, for the payment form in the browser.", text.optional()),
  STRIPE_WEBHOOK_SECRET: setting(
    "Secret that signs Stripe's events. Their address is /api/stripe/webhook; docs/gateway.md lists which to send.",
    text.optional(),
    { secret: true },
  ),
  STRIPE_API_URL: setting("Address of Stripe's API, for a stand-in. Not set: Stripe's own.", url.optional()),
  BYOK_ENCRYPTION_KEY: setting(
    'Master keys that seal the provider keys of customers: 32 bytes in base64, several with commas, the current first.',
    text.optional(),
    { secret: true },
  ),
  CREDITS_FLOW_ADDRESS: setting(
    "The operator's account that takes FLOW for credits; not the one that holds the contracts. Not set: no FLOW is taken.",
    address.optional(),
  ),
  BYOK_FEE: setting(
    "What a request on a customer's own key costs, in basis points of its normal price. 0: nothing.",
    or(whole(0, 10_000), '0'),
  ),
  ALLOW_PRIVATE_PROVIDERS: setting(
    'true lets base addresses of own keys reach this machine, for development. Refused on any network but emulator.',
    or(z.enum(['true', 'false'], 'must be true or false'), 'false'),
  ),
  SMTP_URL: setting(
    'Mail server for alerts, smtp://user:password@host:587 or smtps://. Not set: nothing is sent by mail.',
    z
      .string()
      .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
      .optional(),
    { secret: true },
  ),
  MAIL_FROM: setting('Sender of mails, "FlareFlow <alerts@example.com>".', text.optional()),
  ALERT_EMAIL: setting("Where the operator's alerts are mailed to.", z.email('must be a mail address').optional()),
  ALERT_WEBHOOK_URL: setting("Where the operator's alerts are posted to, signed.", url.optional()),
  ALERT_WEBHOOK_SECRET: setting(
    "Secret that signs the operator's alerts, 16 characters or more.",
    strongSecret.optional(),
    { secret: true },
  ),
  ALERT_ORACLE_FLOW: setting(
    "The operator is told when the oracle's account holds less FLOW than this.",
    or(z.string().regex(/^\d{1,9}(\.\d{1,8})?$/, 'must be an amount of FLOW'), '1.0'),
  ),
  ALERT_LAG: setting(
    'The operator is told when work has waited for so many milliseconds beyond its schedule.',
    or(whole(1000, 86_400_000), '300000'),
  ),
  ALERT_HEAVY_TOKENS: setting(
    'The operator is told of an account that uses more tokens than this in a UTC day.',
    or(whole(1, Number.MAX_SAFE_INTEGER), '10000000'),
  ),
  ALLOW_PRIVATE_WEBHOOKS: setting(
    'true lets webhooks of accounts reach this machine, for development. Refused on any network but emulator.',
    or(z.enum(['true', 'false'], 'must be true or false'), 'false'),
  ),
  LOCAL_ACCOUNTS_FILE: setting(
    'The four local accounts with their keys, for the development wallet. Refused on any network but emulator.',
    text.optional(),
  ),
  LOG_LEVEL: setting(
    'trace, debug, info, warn, error or silent.',
    or(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), 'info'),
  ),
  NODE_ENV: setting(
    'production, development or test.',
    or(z.enum(['production', 'development', 'test']), 'development'),
  ),
} as const

export type SettingName = keyof typeof settings
type SettingValue<N extends SettingName> = z.output<(typeof settings)[N]['schema']>
export type SettingValues = { [N in SettingName]: SettingValue<N> }
