import { AppError } from '#lib/errors/app-error.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { readMasterKeys } from './crypto/seal.ts'
import { LIVE_CONTRACT, PUBLIC_NODE, type SettingName, type SettingValues, settings } from './settings.ts'

type Source = Readonly<Record<string, string | undefined>>

const refuse = (sentence: string): never => {
  throw new AppError('config_invalid', sentence)
}

/** A variable's value under its own name or an alias; an empty one counts as not set. */
function given(source: Source, name: SettingName): string | undefined {
  const aliases: readonly string[] = 'aliases' in settings[name] ? (settings[name].aliases ?? []) : []
  const set = [name, ...aliases].filter((candidate) => source[candidate]?.trim())
  const values = new Set(set.map((candidate) => source[candidate]?.trim()))
  if (values.size > 1) refuse(`${set.join(' and ')} name the same setting but differ. Keep one of them.`)
  return [...values][0]
}

function readAll(source: Source): SettingValues {
  const faults: string[] = []
  const entries = Object.entries(settings).map(([name, { schema, about }]) => {
    const value = given(source, name as SettingName)
    const parsed = schema.safeParse(value)
    if (parsed.success) return [name, parsed.data]
    const why = value === undefined ? 'is not set' : (parsed.error.issues[0]?.message ?? 'is not valid')
    faults.push(`${name} ${why}. ${about}`)
    return [name, undefined]
  })
  if (faults.length > 0) refuse(faults.join('\n'))
  return Object.fromEntries(entries) as SettingValues
}

function refuseUnsafe(source: Source): void {
  if (source['NEXT_PUBLIC_LITELLM_ADMIN_KEY']) {
    refuse(
      'NEXT_PUBLIC_LITELLM_ADMIN_KEY is set. Every name that starts with NEXT_PUBLIC_ is built into the pages, so each ' +
        "visitor could read LiteLLM's master key. Remove it and set LITELLM_MASTER_KEY.",
    )
  }
}

function flowSettings(values: SettingValues) {
  const network = values.NEXT_PUBLIC_FLOW_NETWORK
  const local = network === 'emulator'
  const accessNode = values.FLOW_ACCESS_NODE ?? (local ? 'http://127.0.0.1:8888' : PUBLIC_NODE[network])
  const contractAddress =
    values.FLOW_CONTRACT_ADDRESS ??
    (local ? refuse('FLOW_CONTRACT_ADDRESS is not set. npm start sets it locally.') : LIVE_CONTRACT[network])
  if (!local && values.LOCAL_ACCOUNTS_FILE) {
    refuse(
      'LOCAL_ACCOUNTS_FILE is set, but the network is not emulator. Remove it: the development wallet is local only.',
    )
  }
  return {
    network,
    accessNode,
    contractAddress,
    oracleAddress: values.FLOW_ORACLE_ADDRESS ?? null,
    privateKey: values.FLOW_PRIVATE_KEY?.replace(/^0x/, '') ?? null,
    keyIndex: values.FLOW_KEY_INDEX,
    defaultProvider: values.DEFAULT_PROVIDER_ADDRESS ?? (local ? null : LIVE_CONTRACT.mainnet),
    walletConnectProjectId: values.WALLETCONNECT_PROJECT_ID ?? null,
  }
}

/** Stripe is set up whole or not at all: a payment whose event can't be read would never be credited. */
function stripeSettings({ STRIPE_SECRET_KEY: secretKey, ...values }: SettingValues) {
  const { STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_PUBLISHABLE_KEY: publishableKey } = values
  if (!secretKey && !webhookSecret && !publishableKey) return null
  if (!secretKey || !webhookSecret || !publishableKey) {
    return refuse(
      'STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET belong together. Set all three or none.',
    )
  }
  return { secretKey, webhookSecret, publishableKey, apiUrl: values.STRIPE_API_URL ?? null }
}

/** Both or neither: without an audience, a token that the issuer made for another service would do. */
function oidcSettings({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl }: SettingValues) {
  if (!issuer && !audience && !jwksUrl) return null
  if (issuer && audience) return { issuer, audience, jwksUrl: jwksUrl ?? null }
  return refuse('OIDC_ISSUER and OIDC_AUDIENCE belong together, and OIDC_JWKS_URL to them. Set both or none.')
}

function redisSettings({ REDIS_URL: url, REDIS_HOST: host, REDIS_PORT: port }: SettingValues) {
  if (!host) return url ? { url } : null
  const named = `redis://${host}:${port ?? 6379}`
  if (!url) return { url: named }
  const { hostname, port: urlPort } = new URL(url)
  if (hostname === host && (urlPort || '6379') === String(port ?? 6379)) return { url }
  return refuse('REDIS_URL and REDIS_HOST name different servers. Keep one of them.')
}

const welcomeSettings = (values: SettingValues) => ({
  amount: parseUsd(values.WELCOME_CREDITS_USD),
  budget: parseUsd(values.WELCOME_BUDGET_USD),
  days: values.WELCOME_DAYS,
  perAddress: values.WELCOME_PER_ADDRESS,
})

const byokSettings = (text: string) => ({
  masterKeys: readMasterKeys(text),
  /** As they were given, for the log to redact. */
  texts: text.split(',').map((part) => part.trim()),
})

function alertSettings(values: SettingValues) {
  const allowPrivateWebhooks = values.ALLOW_PRIVATE_WEBHOOKS === 'true'
  if (allowPrivateWebhooks && values.NEXT_PUBLIC_FLOW_NETWORK !== 'emulator') {
    refuse('ALLOW_PRIVATE_WEBHOOKS is true, but the network is not emulator. Remove it: it is for development only.')
  }
  if (values.ALERT_WEBHOOK_URL && !values.ALERT_WEBHOOK_SECRET) {
    refuse('ALERT_WEBHOOK_URL is set, but ALERT_WEBHOOK_SECRET is not. Set it: what is posted there is signed with it.')
  }
  if (values.ALERT_EMAIL && !values.SMTP_URL) refuse('ALERT_EMAIL is set, but SMTP_URL is not. Set both or neither.')
  if (values.SMTP_URL && !values.MAIL_FROM) refuse('SMTP_URL is set, but MAIL_FROM is not. Set the sender of mails.')
  const { SMTP_URL: smtpUrl, MAIL_FROM: from, ALERT_WEBHOOK_URL: webhookUrl } = values
  return {
    mail: smtpUrl && from ? { smtpUrl, from } : null,
    operatorEmail: values.ALERT_EMAIL ?? null,
    operatorWebhook: webhookUrl ? { url: webhookUrl, secret: values.ALERT_WEBHOOK_SECRET ?? '' } : null,
    oracleFlow: values.ALERT_ORACLE_FLOW,
    lagMs: values.ALERT_LAG,
    heavyTokens: BigInt(values.ALERT_HEAVY_TOKENS),
    allowPrivateWebhooks,
  }
}

/**
 * Reads the configuration once, by name or alias. Throws `config_invalid` with a sentence for each fault;
 * values of secrets are never in it.
 */
export function loadEnv(source: Source) {
  refuseUnsafe(source)
  const values = readAll(source)
  return Object.freeze({
    mode: values.NODE_ENV,
    logLevel: values.LOG_LEVEL,
    database: { url: values.DATABASE_URL, pool: values.DATABASE_POOL },
    litellm: {
      url: values.LITELLM_URL.replace(/\/+$/, ''),
      masterKey: values.LITELLM_MASTER_KEY,
      webhookUrl: values.LITELLM_WEBHOOK_URL ?? null,
      webhookSecret: values.LITELLM_WEBHOOK_SECRET,
    },
    flow: flowSettings(values),
    flare: { rpcUrl: values.FLARE_RPC_URL ?? null },
    oracle: {
      url: values.ORACLE_URL.replace(/\/+$/, ''),
      port: values.ORACLE_PORT,
      host: values.ORACLE_HOST,
      roles: values.ORACLE_ROLES,
      outboxLeaseMs: values.OUTBOX_LEASE,
      settleIntervalMs: values.SETTLE_INTERVAL,
      pollIntervalMs: values.POLL_INTERVAL,
      pollLagMs: values.POLL_LAG,
      reconcileHour: values.RECONCILE_HOUR,
      batchSize: values.BATCH_SIZE,
    },
    keys: {
      tokensPerMinute: values.KEY_TOKENS_PER_MINUTE,
      parallelRequests: values.KEY_PARALLEL_REQUESTS,
      callTokens: values.KEY_CALL_TOKENS,
    },
    ingest: { queueEvents: values.INGEST_QUEUE, retentionMonths: values.EVENT_RETENTION_MONTHS },
    credits: { pricesFile: values.CREDIT_PRICES_FILE ?? null },
    gateway: {
      port: values.GATEWAY_PORT,
      host: values.GATEWAY_HOST,
      bodyBytes: values.GATEWAY_BODY_LIMIT,
      bodyMs: values.GATEWAY_BODY_TIMEOUT,
      timeoutMs: values.GATEWAY_TIMEOUT,
      drainMs: values.GATEWAY_DRAIN,
      imageTokens: values.GATEWAY_IMAGE_TOKENS,
    },
    guard: { intervalMs: values.GUARD_INTERVAL, lagMs: values.GUARD_LAG },
    app: { url: values.APP_URL.replace(/\/+$/, ''), port: values.PORT, sessionSecret: values.SESSION_SECRET },
    alerts: alertSettings(values),
    stripe: stripeSettings(values),
    oidc: oidcSettings(values),
    welcome: welcomeSettings(values),
    trustedProxies: values.TRUSTED_PROXIES,
    redis: redisSettings(values),
    byok: values.BYOK_ENCRYPTION_KEY ? byokSettings(values.BYOK_ENCRYPTION_KEY) : { masterKeys: null, texts: [] },
    local: values.LOCAL_ACCOUNTS_FILE ? { accountsFile: values.LOCAL_ACCOUNTS_FILE } : null,
  })
}

export type Env = ReturnType<typeof loadEnv>

/** Every secret's value, so that logs can be searched and redacted by value. */
export const secretsOf = (env: Env): string[] =>
  [
    env.litellm.masterKey,
    env.litellm.webhookSecret,
    env.app.sessionSecret,
    env.flow.privateKey,
    env.alerts.operatorWebhook?.secret,
    env.alerts.mail && new URL(env.alerts.mail.smtpUrl).password,
    new URL(env.database.url).password,
    ...env.byok.texts,
    env.redis && new URL(env.redis.url).password,
    env.stripe?.secretKey,
    env.stripe?.webhookSecret,
  ].filter((secret): secret is string => Boolean(secret))

/** The environment of this process; the only place that reads it. */
export const processEnv = (): Env => loadEnv(process.env)
