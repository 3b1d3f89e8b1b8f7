import type { Page } from 'playwright-core'

/** Pictures in each size and theme, for people who want to look: SCREENSHOTS names their folder. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (!folder) return
  for (const [device, width] of [['phone', 375] as const, ['desktop', 1280] as const]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png`, fullPage })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
