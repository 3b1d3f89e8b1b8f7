import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceContext } from '#services/platform/context.ts'
import { type DemoSubscription, endUsers, features } from './cast.ts'
import { pickByShare } from './random.ts'

export interface LiveCaller {
  readonly plan: DemoSubscription
  readonly secret: string
}

const shortestPauseMs = 3_000
const longestPauseMs = 12_000
const afterRefusalMs = 60_000
const answerMs = 60_000
const questions = [
  'Where is my order, and when will it arrive?',
  'Summarise the meeting of this morning in five sentences, with the decisions first.',
  'Does this change handle an empty list? Say what you would test.',
  'Explain to a beginner why the sum of the angles of a triangle is 180 degrees.',
]

/** Calls LiteLLM with a subscription's own key, now and then, until told to stop. */
export async function callNowAndThen(ctx: ServiceContext, caller: LiveCaller, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const isServed = await callOnce(ctx, caller, signal)
    const pauseMs = isServed ? shortestPauseMs + Math.random() * (longestPauseMs - shortestPauseMs) : afterRefusalMs
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
  }
}

/** False when LiteLLM refused the key or could not be reached: then there is no hurry to ask again. */
async function callOnce(
  { env, log }: ServiceContext,
  { plan, secret }: LiveCaller,
  stop: AbortSignal,
): Promise<boolean> {
  const model = pickByShare(plan.models, Math.random())
  const { path, body } = requestFor(model)
  try {
    const response = await fetch(`${env.litellm.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([stop, AbortSignal.timeout(answerMs)]),
    })
    await response.text()
    if (!response.ok) log.warn({ model, status: response.status, serviceName: plan.serviceName }, 'a call was refused')
    return response.ok
  } catch (err) {
    if (!stop.aborted) log.warn({ err, serviceName: plan.serviceName }, 'a call got no answer')
    return false
  }
}

/** Questions of different lengths, every third answer as a stream. */
function requestFor(model: string): { path: string; body: object } {
  const question = questions[Math.floor(Math.random() * questions.length)] ?? ''
  const content = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => question).join(' ')
  const labels = {
    user: pickByShare(endUsers, Math.random()),
    metadata: { feature: pickByShare(features, Math.random()) },
  }
  if (model.includes('embedding')) return { path: '/v1/embeddings', body: { model, input: content, ...labels } }
  const stream = Math.random() < 1 / 3
  return { path: '/v1/chat/completions', body: { model, stream, messages: [{ role: 'user', content }], ...labels } }
}
