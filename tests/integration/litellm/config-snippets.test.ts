import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { litellmSnippet, ROADS, setupLitellm } from '#services/local/litellm/index.ts'

const webhookUrl = 'https://oracle.example.com:3001/webhook/usage'
const secret = 'canary-of-the-webhook'
const masterKey = 'sk-canary-of-the-master'
const addresses = {
  webhookUrl,
  litellmUrl: 'http://litellm.example.com:4000',
  pluginFolder: join(projectRoot, 'deploy/litellm'),
}

/** Loads each file with LiteLLM's own loader, as the proxy does at its start, and says what became of it. */
const LOADER = `
import asyncio, json, os, sys, litellm
from litellm.proxy import proxy_server

def describe(callback):
    headers = getattr(callback, "headers", None) or {}
    return {
        "type": callback if isinstance(callback, str) else type(callback).__name__,
        "endpoint": getattr(callback, "endpoint", None),
        "secret": headers.get("x-webhook-secret"),
        "format": getattr(callback, "log_format", None),
    }

async def load(path):
    litellm.callbacks = []
    await proxy_server.ProxyConfig().load_config(router=None, config_file_path=path)
    settings = proxy_server.general_settings
    return {
        "callbacks": [describe(callback) for callback in litellm.callbacks],
        "guards": [
            litellm.turn_off_message_logging,
            litellm.global_disable_no_log_param,
            litellm.block_requests_for_models_without_pricing,
            settings.get("always_include_stream_usage"),
            not settings.get("store_prompts_in_spend_logs"),
        ],
        "masterKey": proxy_server.master_key,
    }

async def main():
    loaded = [await load(path) for path in sys.argv[1:]]
    print("LOADED" + json.dumps(loaded), flush=True)
    os._exit(0)

asyncio.run(main())
`
const loadedSchema = z.array(
  z.object({
    callbacks: z.array(
      z.object({
        type: z.string(),
        endpoint: z.string().nullable(),
        secret: z.string().nullable(),
        format: z.string().nullable(),
      }),
    ),
    guards: z.array(z.boolean()),
    masterKey: z.string(),
  }),
)

let folder: string
let loaded: Map<string, z.infer<typeof loadedSchema>[number]>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flareflow-snippets-'))
  const files = ROADS.map((road) => join(folder, `${road}.yaml`))
  ROADS.forEach((road, i) => writeFileSync(files[i] ?? '', litellmSnippet(road, addresses)))
  const { python } = await setupLitellm({ cacheDir: cacheFolder() })
  const env = {
    NODE_ENV: 'test' as const,
    PATH: process.env['PATH'],
    HOME: folder,
    PYTHONPATH: addresses.pluginFolder,
    PYTHONDONTWRITEBYTECODE: '1',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    LITELLM_MASTER_KEY: masterKey,
    LITELLM_WEBHOOK_SECRET: secret,
    FLAREFLOW_METER_URL: 'http://127.0.0.1:9/webhook/usage',
    FLAREFLOW_SPOOL_DIR: join(folder, 'spool'),
  }
  const { stdout } = await promisify(execFile)(python, ['-c', LOADER, ...files], { cwd: folder, env })
  const found = loadedSchema.parse(JSON.parse(/LOADED(.*)/.exec(stdout)?.[1] ?? ''))
  loaded = new Map(ROADS.map((road, i) => [road, found[i] ?? { callbacks: [], guards: [], masterKey: '' }]))
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('LiteLLM itself loads what is written for', () => {
  test.each(ROADS)('%s: its guards stand, and secrets come from the environment', (road) => {
    expect(loaded.get(road)).toMatchObject({ guards: [true, true, true, true, true], masterKey })
    const text = litellmSnippet(road, addresses)
    expect(text).not.toContain('canary')
    for (const [, value = ''] of text.matchAll(/^(?!#).*(?:secret|key|url): *(\S+)/gim)) {
      expect(value).toMatch(/^os\.environ\//)
    }
  })

  test('plugin: the meter is a callback', () => {
    expect(loaded.get('plugin')?.callbacks.map(({ type }) => type)).toContain('Meter')
  })

  test('generic_api: the stock callback goes to the oracle, with the secret', () => {
    const stock = { type: 'GenericAPILogger', endpoint: webhookUrl, secret, format: 'json_array' }
    expect(loaded.get('generic_api')?.callbacks).toContainEqual(stock)
  })

  test('webhook: the stock callback takes address and secret from its environment', () => {
    expect(loaded.get('webhook')?.callbacks.map(({ type }) => type)).toContain('generic_api')
    expect(litellmSnippet('webhook', addresses)).toContain(`GENERIC_LOGGER_ENDPOINT=${webhookUrl}`)
  })

  test('poll: no callback is needed', () => {
    const types = loaded.get('poll')?.callbacks.map(({ type }) => type)
    for (const type of ['Meter', 'GenericAPILogger', 'generic_api']) expect(types).not.toContain(type)
    expect(litellmSnippet('poll', addresses)).toContain(`LITELLM_URL=${addresses.litellmUrl}`)
  })
})

test('another road is refused with the names of those that there are', () => {
  expect(() => litellmSnippet('pigeon', addresses)).toThrow(
    expect.objectContaining({ publicMessage: 'Name a road: plugin, generic_api, webhook, poll.' }),
  )
})
