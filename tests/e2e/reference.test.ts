import { randomBytes } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenApiDocument } from '#lib/openapi/build-document.ts'
import type { CodeSample } from '#lib/openapi/documented-route.ts'
import { describeApi } from '#services/gateway/index.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import { accessibilityFaults, connectAs, PATIENT, visit, type Visitor } from '#tests/support/console-page.ts'
import { picture } from '#tests/support/pictures.ts'
import { runSample } from '#tests/support/reference-examples.ts'
import { useDashboard } from '#tests/support/stack.ts'

interface Example {
  name: string
  sample: CodeSample
}

const samplesOf = ({ paths }: OpenApiDocument): Example[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      (operation['x-codeSamples'] ?? []).map((sample) => ({ name: `${method.toUpperCase()} ${path}`, sample })),
    ),
  )

let browser: Browser
let visitor: Visitor
let url: string
let variables: Record<string, string>

beforeAll(async () => {
  ;({ url } = await useDashboard())
  browser = await launchChromium()
  visitor = await visit(browser, url)
  await visitor.page.goto('/credits')
  await connectAs(visitor.page, 'admin')
  await visitor.page.locator('[data-figure=usable]').waitFor(PATIENT)
  const [session] = (await visitor.context.cookies()).filter(({ name }) => name === 'flareflow_session')
  variables = {
    FLAREFLOW_URL: `${url}/api/v1/llm`,
    FLAREFLOW_ORIGIN: url,
    FLAREFLOW_SESSION: session?.value ?? '',
  }
  await call('PATCH', '/credits', { tier: 'starter' })
  const { secret } = await call('POST', '/keys', { name: 'reference' })
  variables['FLAREFLOW_KEY'] = secret ?? ''
  const { account_id: accountId = '' } = await call('GET', '/credits')
  variables['ACCOUNT_ID'] = accountId
})
afterAll(() => browser?.close())

/** Calls the API as the signed-in wallet; throws what is no success. */
async function call(method: string, path: string, data?: object): Promise<Record<string, string>> {
  const headers = { origin: url, 'idempotency-key': randomBytes(8).toString('hex') }
  const options = { method, headers, ...(data ? { data } : {}) }
  const answer = await visitor.page.request.fetch(`/api/v1/llm${path}`, options)
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as Record<string, string>
}

/** What must be there before an example is run, and the variables that name it. */
const PREPARED: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  'PATCH /byok/keys/{provider}': () => ownKey(),
  'DELETE /byok/keys/{provider}': () => ownKey(),
  'POST /byok/keys/{provider}/test': () => ownKey(),
  'PATCH /keys/{id}': () => accountKey(),
  'DELETE /keys/{id}': () => accountKey(),
}

async function ownKey(): Promise<Record<string, string>> {
  await call('POST', '/byok/keys', { provider: 'groq', api_key: `gsk_${randomBytes(16).toString('hex')}` })
  return {}
}

async function accountKey(): Promise<Record<string, string>> {
  const { id = '' } = await call('POST', '/keys', { name: 'of-an-example' })
  return { KEY_ID: id }
}

/** Examples of what isn't here: they are run to the answer that says so. */
const REFUSED: Readonly<Record<string, string>> = {
  'POST /credits/purchase': 'not_configured',
  'GET /credits/purchases/{id}': 'not_found',
  'POST /admin/topups': 'not_found',
  'POST /admin/usage-reviews': 'not_found',
}

/** An error's body, as curl, Python and Node print it. */
const ERROR = /["']?error["']?: ?\{/
const CODE = /["']?code["']?: ?["'](\w+)["']/

test.each(samplesOf(describeApi()))('$name, as $sample.label has it', async ({ name, sample }) => {
  const more = (await PREPARED[name]?.()) ?? {}
  const printed = await runSample(sample, {
    ...variables,
    ...more,
    PURCHASE_ID: 'pur_0123456789abcdef01234567',
    REQUEST_KEY: randomBytes(16).toString('hex'),
  })
  expect(printed.trim()).not.toBe('')
  const refusal = ERROR.test(printed) ? (CODE.exec(printed)?.[1] ?? 'an error without a code') : null
  expect(refusal).toBe(REFUSED[name] ?? null)
})

test('a sample that is refused is seen', async () => {
  const [first] = samplesOf(describeApi()).filter(({ name }) => name === 'GET /models')
  if (!first) throw new Error('The models have an example.')
  const printed = await runSample(first.sample, { ...variables, FLAREFLOW_KEY: 'sk-nobody' })
  expect(printed).toMatch(ERROR)
})

test('the page has every endpoint and every code, and its links lead to them', async () => {
  const { page } = visitor
  const document = describeApi()
  await page.goto('/docs/api')
  await page.getByRole('heading', { level: 1, name: 'API reference' }).waitFor(PATIENT)
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    expect(await page.locator(`section#${operation.operationId}`).count()).toBe(1)
  }
  for (const code of Object.keys(document['x-errors'])) expect(await page.locator(`#error-${code}`).count()).toBe(1)
  const targets = await page
    .locator('main a[href^="#"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  for (const target of new Set(targets)) expect(await page.locator(target).count()).toBe(1)
  await picture(page, 'reference', false)
  expect(await accessibilityFaults(page)).toEqual([])
})

test('the document is served as it is committed', async () => {
  const served = await fetch(`${url}/api/openapi.json`)
  expect(served.headers.get('content-type')).toBe('application/json')
  expect(await served.json()).toEqual(JSON.parse(JSON.stringify(describeApi())))
})
