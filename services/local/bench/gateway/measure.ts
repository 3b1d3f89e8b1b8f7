import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, type Dispatcher } from 'undici'

/** Where calls go, with what. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
}

/** Milliseconds of one call: as its caller waits, and what the gateway says that the model and all of it took. */
export interface CallTimes {
  readonly whole: number
  /** Null where it is not the gateway that answers. */
  readonly own: number | null
}

const bodyOf = ({ model }: Target, more: object = {}): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100, ...more })

const agent = new Agent({ connections: 512, keepAliveTimeout: 3_000 })

function post(target: Target, more: object = {}): Promise<Dispatcher.ResponseData> {
  const { origin, pathname } = new URL(`${target.url}/chat/completions`)
  return agent.request({ origin, path: pathname, method: 'POST', headers: target.headers, body: bodyOf(target, more) })
}

function ownTime(timing: string | string[] | undefined): number | null {
  const of = (name: string): number => Number(new RegExp(`${name};dur=([0-9.]+)`).exec(String(timing))?.[1])
  return timing === undefined ? null : of('total') - of('model')
}

/** One call, read to its end. */
export async function call(target: Target): Promise<CallTimes> {
  const began = performance.now()
  const { statusCode, headers, body } = await post(target)
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`a call was answered with ${statusCode}: ${text.slice(0, 300)}`)
  return { whole: performance.now() - began, own: ownTime(headers['server-timing']) }
}

/** Milliseconds until a stream's first piece is there. */
export async function firstPiece(target: Target): Promise<number> {
  const began = performance.now()
  const { body } = await post(target, { stream: true })
  let first = 0
  for await (const _ of body) first ||= performance.now() - began
  return first
}

/** Opens streams that don't end, and waits for the first piece of each. */
export async function openStreams(target: Target, count: number): Promise<() => void> {
  const messages = [{ role: 'user', content: 'stay open' }]
  const bodies: Dispatcher.ResponseData['body'][] = []
  const open = async (): Promise<void> => {
    const { body } = await wide.request({
      origin: new URL(target.url).origin,
      path: `${new URL(target.url).pathname}/chat/completions`,
      method: 'POST',
      headers: target.headers,
      body: bodyOf(target, { stream: true, messages }),
    })
    body.on('error', () => undefined)
    await new Promise((resolve) => body.once('readable', () => resolve(undefined)))
    bodies.push(body)
  }
  for (let made = 0; made < count; made += 50) await Promise.all(Array.from({ length: 50 }, open))
  return () => bodies.forEach((body) => body.destroy())
}
const wide = new Agent()

/** Calls at a steady rate, whatever the answers take. */
export async function atRate(target: Target, perSecond: number, seconds: number): Promise<CallTimes[]> {
  const calls: Promise<CallTimes>[] = []
  const began = performance.now()
  for (let sent = 0; sent < perSecond * seconds;) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - began) * perSecond) / 1_000))
    for (; sent < due; sent += 1) calls.push(call(target))
    await sleep(1)
  }
  return Promise.all(calls)
}

/** Calls by so many callers, one after another each. */
export async function byCallers(target: Target, callers: number, count: number): Promise<CallTimes[]> {
  const times: CallTimes[] = []
  let begun = 0
  const caller = async (): Promise<void> => {
    while (begun < count) {
      begun += 1
      times.push(await call(target))
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return times
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
