import { expect, test } from 'vitest'
import { writeCadenceModule } from '#lib/flow/cadence-module.ts'

const source = (name: string, code: string) => ({ name, code })

test('code comes out as it went in, whatever signs it holds', async () => {
  const code = 'transaction(a: Int) { /* `tick` ${x} \\ " \' */ }\n'
  const text = writeCadenceModule({ contracts: [], transactions: [source('owner/do_it', code)], scripts: [] })
  const written = (await import(
    `data:text/javascript,${encodeURIComponent(text.replaceAll(/ as const|: readonly string\[\]/g, ''))}`
  )) as {
    ownerDoIt: { code: string; parameters: unknown }
    transactions: Record<string, unknown>
  }
  expect(written.ownerDoIt).toEqual({ code, parameters: [{ name: 'a', type: 'Int' }] })
  expect(written.transactions['owner/do_it']).toBe(written.ownerDoIt)
})

test('a contract comes after those it imports, and a circle is an error', () => {
  const write = (...contracts: Array<ReturnType<typeof source>>) =>
    writeCadenceModule({ contracts, transactions: [], scripts: [] }).match(/'\w+'/g)
  const [a, b, c] = [source('A', 'import "B"\n'), source('B', 'import "FlowToken"\nimport "C"\n'), source('C', '')]
  expect(write(a, b, c)).toEqual(["'C'", "'B'", "'A'"])
  expect(() => write(a, b, source('C', 'import "A"\n'))).toThrow('in a circle: A → B → C → A')
})
