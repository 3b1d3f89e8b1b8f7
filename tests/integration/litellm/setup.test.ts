import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cacheFolder } from '#services/local/home.ts'
import { setupLitellm } from '#services/local/litellm/index.ts'

const path = process.env['PATH']
const folders: string[] = []
afterEach(() => {
  process.env['PATH'] = path
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-python-'))
  folders.push(folder)
  return folder
}

/** The only Pythons that the setup finds: programs that say what they are told to. */
function onlyPythons(answers: Record<string, string>): void {
  const bin = emptyFolder()
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '${answer}'\n`)
    chmodSync(join(bin, name), 0o755)
  }
  process.env['PATH'] = bin
}

describe('a Python that LiteLLM can’t use is named in one sentence', () => {
  const sentence = 'The LiteLLM proxy needs Python 3.11, 3.12 or 3.13, but'

  test.each<[string, Record<string, string>, string]>([
    ['none at all', {}, `${sentence} no python3 was found: install one of them and start again. Nothing was started.`],
    ['too old', { python3: '3.9\\nvenv' }, `${sentence} python3 is 3.9: install one of them`],
    ['too new', { python3: '3.14\\nvenv' }, `${sentence} python3 is 3.14: install one of them`],
    ['without venv', { 'python3.12': '3.12\\nno venv' }, 'which this Python 3.12 lacks: install python3.12-venv.'],
  ])('%s', async (_name, answers, expected) => {
    onlyPythons(answers)
    const setup = setupLitellm({ cacheDir: emptyFolder() })
    await expect(setup).rejects.toMatchObject({
      code: 'tool_missing',
      publicMessage: expect.stringContaining(expected),
    })
  })

  test('a placeholder for a version that isn’t there is passed over', async () => {
    onlyPythons({ python3: '3.9\\nvenv', 'python3.13': '3.13\\nvenv' })
    const cacheDir = emptyFolder()
    // The right one is taken; this one can't make an environment, and says so.
    await expect(setupLitellm({ cacheDir })).rejects.toMatchObject({ code: 'local_part_failed' })
    // A setup that failed is not taken for a finished one.
    await expect(setupLitellm({ cacheDir })).rejects.toMatchObject({ code: 'local_part_failed' })
  })
})

test('what is installed is found again, by two at once', async () => {
  const cacheDir = cacheFolder()
  const first = await setupLitellm({ cacheDir })
  const both = await Promise.all([setupLitellm({ cacheDir }), setupLitellm({ cacheDir })])
  expect(both).toEqual([first, first])
})
