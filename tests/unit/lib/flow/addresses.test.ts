import { expect, test } from 'vitest'
import { contractAddresses, projectContracts, resolveImports, withPrefix } from '#lib/flow/addresses.ts'

const own = '0x01cf0e2f2f715450'

test('imports by name become imports by address', () => {
  const code = 'import "FlowToken"\n  import "UsagePricing"\nimport Crypto\n// import "Comment"\ntransaction {}'
  expect(resolveImports(code, contractAddresses('emulator', own)).split('\n')).toEqual([
    'import FlowToken from 0x0ae53cb6e3f42a79',
    `  import UsagePricing from ${own}`,
    'import Crypto',
    '// import "Comment"',
    'transaction {}',
  ])
})

test('a contract that nobody knows stops before anything is sent', () => {
  expect(() => resolveImports('import "Nothing"', contractAddresses('emulator', own))).toThrow('Nothing is not known')
})

test('our stand-in for FCLCrypto is deployed on the emulator only', () => {
  expect(projectContracts('emulator')).toContain('FCLCrypto')
  expect(projectContracts('mainnet')).not.toContain('FCLCrypto')
  expect(contractAddresses('emulator', own)['FCLCrypto']).toBe(own)
  expect(contractAddresses('mainnet', own)['FCLCrypto']).toBe('0xb4b82a1c9d21d284')
  expect(contractAddresses('mainnet', own)['UsageBasedSubscriptions']).toBe(own)
})

test('addresses have one form', () => {
  expect(['1', '0x1', 'F8D6E0586B0A20C7'].map(withPrefix)).toEqual([
    '0x0000000000000001',
    '0x0000000000000001',
    '0xf8d6e0586b0a20c7',
  ])
})
