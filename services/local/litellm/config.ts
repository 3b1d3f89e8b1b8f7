import { type LocalModel, localModels } from './local-models.ts'

export interface ConfigOptions {
  /** Further models, for tests: one that fails, one with a given answer. */
  readonly models?: readonly LocalModel[]
  /** Lets callers ask for LiteLLM's in-memory cache; off unless a test wants cache hits. */
  readonly cache?: boolean
  /** Another module with the meter's `instance`, and its folder; the plug-in itself if absent. */
  readonly meter?: { readonly module: string; readonly folder: string }
  /** Loads LiteLLM's stock callback too, twice: as its configuration file and as its environment sets it up. */
  readonly stockCallback?: { readonly url: string }
}

/** Rows of LiteLLM's own books appear this many seconds after the call, and up to 5 more. */
const bookSeconds = 1

/** LiteLLM's configuration file. JSON is YAML, so no YAML writer is needed. */
export function litellmConfig({ models = [], cache = false, stockCallback, meter }: ConfigOptions): string {
  const config = {
    model_list: [...localModels, ...models].map(modelEntry),
    general_settings: {
      master_key: 'os.environ/LITELLM_MASTER_KEY',
      database_url: 'os.environ/DATABASE_URL',
      proxy_batch_write_at: bookSeconds,
      store_prompts_in_spend_logs: false,
    },
    litellm_settings: {
      callbacks: [
        `${meter?.module ?? 'flareflow_meter'}.instance`,
        ...(stockCallback ? ['flareflow_hint', 'generic_api'] : []),
      ],
      // Neither prompts nor answers reach a log.
      turn_off_message_logging: true,
      // Or a caller could switch metering off for a call with "no-log": true.
      global_disable_no_log_param: true,
      block_requests_for_models_without_pricing: true,
      // Or each call of a llama model asks the internet for a tokenizer; without one the whole proxy waits for 20 s.
      disable_hf_tokenizer_download: true,
      num_retries: 0,
      telemetry: false,
      ...(cache ? { cache: true, cache_params: { type: 'local', mode: 'default_off' } } : {}),
    },
    // Or one caller's failures close a model for all the others.
    router_settings: { disable_cooldowns: true },
    ...(stockCallback ? { callback_settings: { flareflow_hint: hintSettings(stockCallback.url) } } : {}),
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

const hintSettings = (url: string): object => ({
  callback_type: 'generic_api',
  endpoint: url,
  headers: { 'x-webhook-secret': 'os.environ/LITELLM_WEBHOOK_SECRET' },
})

function modelEntry({ name, served, answer, inputCost, outputCost }: LocalModel): object {
  const isServed = typeof answer === 'object' && 'server' in answer
  const mode = typeof answer === 'string' || isServed ? 'chat' : 'embedding'
  const source = isServed ? { api_base: answer.server } : { mock_response: answer }
  return {
    model_name: name,
    litellm_params: { model: served, api_key: 'none', ...source },
    model_info: { input_cost_per_token: inputCost, output_cost_per_token: outputCost, mode },
  }
}
