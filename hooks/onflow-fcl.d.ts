/** The part of FCL that the browser uses; the package ships without types. */
declare module '@onflow/fcl' {
  export interface CompositeSignature {
    addr: string
    keyId: number
    signature: string
  }
  export interface FclService {
    type: string
    data?: { address?: string; nonce?: string; signatures?: CompositeSignature[] }
  }
  export interface FclUser {
    addr: string | null
    loggedIn: boolean | null
    services?: FclService[]
  }
  export interface FclArgument {
    value: unknown
    xform: unknown
  }
  export type ArgumentBuilder = (value: unknown, type: unknown) => FclArgument
  export interface FclConfig {
    put(key: string, value: unknown): FclConfig
  }
  export function config(values?: Record<string, unknown>): FclConfig
  export function authenticate(options?: { forceReauth?: boolean }): Promise<FclUser>
  export function unauthenticate(): Promise<void>
  export function mutate(options: {
    cadence: string
    args?: (arg: ArgumentBuilder, types: Record<string, unknown>) => FclArgument[]
    limit?: number
  }): Promise<string>
  export const currentUser: {
    snapshot(): Promise<FclUser>
    subscribe(listener: (user: FclUser) => void): () => void
  }
  export const pluginRegistry: { add(plugin: Record<string, unknown>): void }
  export const WalletUtils: {
    ready(listener: (data: WalletRequest, context: { origin: string }) => void): void
    approve(data: unknown): void
    decline(reason: string): void
    close(): void
    encodeAccountProof(proof: { address: string; nonce: string; appIdentifier: string }): string
  }
  export interface WalletRequest {
    body?: {
      nonce?: string
      appIdentifier?: string
      message?: string
      addr?: string
      cadence?: string
      data?: { addr?: string }
      roles?: Record<string, boolean>
      args?: { type: string; value: unknown }[]
    }
    service?: { data?: { addr?: string } }
  }
}
