/** Money is an integer count of 1e-8, the unit of Cadence's UFix64. The brands keep currencies apart. */
declare const currency: unique symbol

export type Usd = bigint & { readonly [currency]: 'USD' }
export type Flow = bigint & { readonly [currency]: 'FLOW' }
/** Price of one FLOW in USD, in units of 1e-8 USD. */
export type UsdPerFlow = bigint & { readonly [currency]: 'USD/FLOW' }

/** How many units make one whole USD or FLOW. */
export const UNITS = 100_000_000n

export const usd = (units: bigint): Usd => units as Usd
export const flow = (units: bigint): Flow => units as Flow
export const usdPerFlow = (units: bigint): UsdPerFlow => units as UsdPerFlow
