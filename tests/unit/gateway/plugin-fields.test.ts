import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GATEWAY_ROUTES } from '#lib/gateway/routes.ts'

test('the plug-in passes the fields that the gateway passes, route by route', () => {
  const page = new URL('../../../deploy/litellm/flareflow_fields.json', import.meta.url)
  const ofPlugin: unknown = JSON.parse(readFileSync(page, 'utf8'))
  const ofGateway = Object.entries(GATEWAY_ROUTES).map(([route, { fields }]) => [route, [...fields].sort()])
  expect(ofPlugin).toEqual(Object.fromEntries(ofGateway))
})
