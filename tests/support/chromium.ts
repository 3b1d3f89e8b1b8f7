import { existsSync } from 'node:fs'
import bundled from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Where a system's own Chromium or Chrome usually is. */
const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

/**
 * A real browser: the system's Chromium when there is one, else the one from npm. Of the flags that the npm package
 * proposes none is used: they switch off what the pages are tested for, like the same-origin policy.
 */
export async function launchChromium(): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH'] ?? INSTALLED.find((path) => existsSync(path))
  const executablePath = own ?? (await bundled.executablePath())
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], headless: true })
}
