/** 1e-12 USD: fine enough that LiteLLM's prices per token are whole numbers of it. */
const PLACES = 12

/** 1,000 USD. No single call costs more, and the sums of ten thousand such calls still fit 64 bits. */
export const MAX_LITELLM_COST = 10n ** 15n

const DECIMAL = /^(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/
/** What is this small is nothing, whatever its digits. */
const SMALLEST_EXPONENT = -120

/**
 * LiteLLM's cost of a call, a float as decimal text ("2.25e-05"), in 1e-12 USD; the exact value of the text is rounded
 * once, half up. Null for what is no cost: NaN, infinity, a negative number, more than `most`, other text.
 */
export function parseLitellmCost(text: string, most = MAX_LITELLM_COST): bigint | null {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (whole === '') return null
  const digits = BigInt(whole + fraction)
  const shift = PLACES + Number.parseInt(exponent, 10) - fraction.length
  if (digits === 0n || shift < SMALLEST_EXPONENT) return 0n
  if (shift > PLACES + most.toString().length) return null
  const cost = shift >= 0 ? digits * 10n ** BigInt(shift) : divideHalfUp(digits, 10n ** BigInt(-shift))
  return cost <= most ? cost : null
}

const divideHalfUp = (amount: bigint, by: bigint): bigint => (amount + by / 2n) / by
