import { expect, test } from 'vitest'
import { alertPage } from '#lib/alerts/alert-page.ts'

test('an alert leads to the page of what it is about, as its reader may see it', () => {
  const pageOf = (account: string | null, forOperator = false) => alertPage({ account, forOperator })
  expect(pageOf('vault:7')).toBe('/subscriptions/7')
  expect([pageOf('credits:cr_1'), pageOf('credits:cr_1', true)]).toEqual(['/credits', '/admin/credits'])
  expect(pageOf(null)).toBeNull()
})
