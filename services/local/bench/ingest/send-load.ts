// A process of its own that sends signed deliveries, as LiteLLM's plug-in does, and prints what they took.
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { benchKeys, makeBatches } from './calls.ts'
import { type Load, runClients } from './measure.ts'

const [url = '', secret = '', given = '{}'] = process.argv.slice(2)
const load = JSON.parse(given) as Load

const batches = makeBatches(secret, benchKeys(), load)
const measured = await runClients(batches, load.clients, async (events) => {
  const body = JSON.stringify({ source: 'flareflow-meter', version: 1, events })
  const timestamp = Math.floor(Date.now() / 1_000).toString()
  const headers = {
    'content-type': 'application/json',
    'x-flareflow-timestamp': timestamp,
    'x-flareflow-signature': `v1=${hmacHex(secret, `${timestamp}.${body}`)}`,
  }
  const response = await fetch(url, { method: 'POST', headers, body })
  const said = (await response.json()) as { stored?: number }
  if (said.stored !== events.length) throw new Error(`${response.status}: ${JSON.stringify(said)}`)
})
process.stdout.write(JSON.stringify(measured))
