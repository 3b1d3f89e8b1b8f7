import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOptions } from '#services/local/command-options.ts'
import { projectRoot } from '#services/local/home.ts'

const network = { options: { network: { type: 'string' } } } as const
const refused = (sentence: string) =>
  expect.objectContaining({ code: 'invalid_request', publicMessage: `${sentence}. Nothing was done.` })

test('options are read as they are described', () => {
  expect(commandOptions({ ...network, args: ['--network', 'testnet'] }).values).toEqual({ network: 'testnet' })
})

test.each([
  ['without its value', ['--network'], "Option '--network <value>' argument missing"],
  ['with another option as its value', ['--network', '--x'], "Option '--network' argument is ambiguous"],
  ['that is unknown', ['--nope'], "Unknown option '--nope'"],
  ['that is none', ['testnet'], "Unexpected argument 'testnet'"],
])('an option %s is refused in a sentence', (_, args, sentence) => {
  expect(() => commandOptions({ ...network, args })).toThrow(refused(sentence))
})

const bin = join(projectRoot, 'services/bin')
const commands = globSync('*.{ts,mjs}', { cwd: bin }).map((file) => ({
  file,
  code: readFileSync(join(bin, file), 'utf8'),
}))

test('no command reads its options otherwise, or where its errors are not printed', () => {
  expect(commands.filter(({ code }) => code.includes('commandOptions(')).length).toBeGreaterThan(7)
  // At the left edge of the file a call is in no try and no function.
  const bare = commands.filter(({ code }) => /parseArgs|^(?!import)\S.*commandOptions\(/m.test(code))
  expect(bare.map(({ file }) => file)).toEqual([])
})

test.each([
  ['--network', "Option '--network <value>' argument missing. Nothing was done.\n"],
  ['--nope', "Unknown option '--nope'. Nothing was done.\n"],
])('the deployment says in one line what is wrong with %s', async (option, sentence) => {
  const told = await new Promise((resolve) => {
    execFile(process.execPath, [join(bin, 'deploy-contracts.ts'), option], (error, out, err) =>
      resolve([error?.code, out, err]),
    )
  })
  expect(told).toEqual([1, '', sentence])
})
