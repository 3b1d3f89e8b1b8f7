/** What the contract tests use of the library, which brings no types of its own. */
declare module '@onflow/flow-js-testing' {
  /** Result, error and log lines of what was sent; one of result and error is null. */
  export type Answer<T> = [result: T | null, error: unknown, logs: string[]]

  export interface TransactionEvents {
    events: Array<{ type: string; data: Record<string, unknown> }>
  }

  export function init(basePath: string, options?: { pkey?: string }): Promise<void>
  export const emulator: {
    restPort: number
    adminPort: number
    start(options: { execName: string; flags?: string; logging?: boolean; signatureCheck?: boolean }): Promise<boolean>
    stop(): Promise<boolean>
  }
  export function getAccountAddress(name: string): Promise<string>
  export function mintFlow(recipient: string, amount: string): Promise<Answer<TransactionEvents>>
  export function deployContract(options: {
    name: string
    code: string
    to: string
    args?: readonly unknown[]
  }): Promise<Answer<TransactionEvents>>
  export function builtInMethods(code: string): Promise<string>
  export function sendTransaction(options: {
    code: string
    args?: readonly unknown[]
    signers?: readonly string[]
  }): Promise<Answer<TransactionEvents>>
  export function executeScript<T>(options: { code: string; args?: readonly unknown[] }): Promise<Answer<T>>
  export function setTimestampOffset(seconds: string): Promise<Answer<TransactionEvents>>
  export function shallPass<T>(interaction: Promise<Answer<T>>): Promise<[T, null, string[]]>
}
