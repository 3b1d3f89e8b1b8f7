import { AppError } from '#lib/errors/app-error.ts'

export const ROADS = ['plugin', 'generic_api', 'webhook', 'poll'] as const
type SnippetRoad = (typeof ROADS)[number]

export interface Addresses {
  /** The oracle's `/webhook/usage`, as LiteLLM reaches it. */
  readonly webhookUrl: string
  /** LiteLLM, as the oracle reaches it. */
  readonly litellmUrl: string
  /** Folder of the plug-in. */
  readonly pluginFolder: string
}

/** Everything quoted as JSON, which YAML reads alike. */
const quoted = (text: string): string => JSON.stringify(text)

const BOOKS = `router_settings:
  disable_cooldowns: true                      # or one caller's failures close a model for all the others
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL        # LiteLLM's own database, not FlareFlow's
  proxy_batch_write_at: 10                     # seconds after which a call is in LiteLLM's books
  store_prompts_in_spend_logs: false
  always_include_stream_usage: true            # or a stream ends without the model's own counts
`

const GUARDS = `  turn_off_message_logging: true
  global_disable_no_log_param: true            # or a caller could switch metering off with "no-log": true
  block_requests_for_models_without_pricing: true
`

const plugin = ({
  webhookUrl,
  pluginFolder,
}: Addresses): string => `# The FlareFlow plug-in: every call once, within 200 ms.
# LiteLLM's environment:
#   PYTHONPATH=${pluginFolder}
#   FLAREFLOW_METER_URL=${webhookUrl}
#   FLAREFLOW_SPOOL_DIR=/var/lib/flareflow/spool
#   LITELLM_WEBHOOK_SECRET    the same as FlareFlow's
#   MAX_IMAGE_URL_DOWNLOAD_SIZE_MB=0    what an address holds is seen by no hold: LiteLLM fetches none itself
#   FLAREFLOW_HOLDS=on        hold what a call can cost before it is sent; off: don't
#   FLAREFLOW_HOLDS_UNREACHABLE=refuse    or pass: what becomes of calls while FlareFlow doesn't answer
litellm_settings:
  callbacks: ["flareflow_meter.instance"]
${GUARDS}${BOOKS}`

const genericApi = ({
  webhookUrl,
}: Addresses): string => `# LiteLLM's stock callback: a hint, at which FlareFlow reads LiteLLM's books at once.
# LiteLLM's environment:
#   LITELLM_WEBHOOK_SECRET    the same as FlareFlow's
litellm_settings:
  callbacks: ["flareflow_hint"]
${GUARDS}callback_settings:
  flareflow_hint:
    callback_type: generic_api
    endpoint: ${quoted(webhookUrl)}
    headers:
      x-webhook-secret: os.environ/LITELLM_WEBHOOK_SECRET
    event_types: ["llm_api_success", "llm_api_failure"]
    log_format: json_array
    max_retries: 3
    timeout: 10
${BOOKS}`

const webhook = ({
  webhookUrl,
}: Addresses): string => `# The same hint, its address and secret in LiteLLM's environment.
# LiteLLM's environment, the second line in a shell that has the secret:
#   GENERIC_LOGGER_ENDPOINT=${webhookUrl}
#   GENERIC_LOGGER_HEADERS="x-webhook-secret=$LITELLM_WEBHOOK_SECRET"
litellm_settings:
  callbacks: ["generic_api"]
${GUARDS}${BOOKS}`

const poll = ({
  litellmUrl,
}: Addresses): string => `# LiteLLM's books, read every POLL_INTERVAL: nothing to load; the net below the other roads.
# FlareFlow's environment:
#   LITELLM_URL=${litellmUrl}
#   LITELLM_MASTER_KEY        the same as LiteLLM's
#   POLL_INTERVAL=300000
#   BATCH_SIZE=10
litellm_settings:
${GUARDS}${BOOKS}`

const snippets: Readonly<Record<SnippetRoad, (addresses: Addresses) => string>> = {
  plugin,
  generic_api: genericApi,
  webhook,
  poll,
}

/** What a LiteLLM configuration needs for one road. No secret is in it: LiteLLM reads them from its environment. */
export function litellmSnippet(road: string, addresses: Addresses): string {
  const known = ROADS.find((name) => name === road)
  if (known === undefined) throw new AppError('invalid_request', `Name a road: ${ROADS.join(', ')}.`)
  return snippets[known](addresses)
}
