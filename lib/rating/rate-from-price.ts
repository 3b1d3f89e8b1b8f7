const NUMBER = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i

/** 1 USD per token is 1e14 units of 1e-8 USD per 1M tokens; 1 USD per request is 1e8. */
const PLACES = { token: 14, request: 8 } as const

/**
 * A price that another system writes as a number (0.0000025 or 2.5e-06 USD per token), as a rate: exact to 1e-14 USD
 * per token, rounded half up beyond it. Null if it isn't a number, or is below 0.
 */
export function rateFromPrice(price: string, per: keyof typeof PLACES): bigint | null {
  const match = NUMBER.exec(price)
  if (!match) return null
  const [, whole = '', fraction = '', exponent = '0'] = match
  const digits = BigInt(whole + fraction)
  const shift = PLACES[per] + Number.parseInt(exponent, 10) - fraction.length
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return (digits + divisor / 2n) / divisor
}
