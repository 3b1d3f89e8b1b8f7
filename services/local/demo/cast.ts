/** A subscription of the demonstration: who pays, for what, with which models, and how much. */
export interface DemoSubscription {
  /** Whose account: the local customer, or one that is made for the demonstration. */
  readonly customer: string
  readonly serviceName: string
  /** Models by their share of the calls. */
  readonly models: Readonly<Record<string, number>>
  /** Tokens of the latest full month; earlier months had less. */
  readonly monthlyTokens: number
  readonly callsPerDay: number
  /** Exact decimal FLOW. */
  readonly deposit: string
}

/** The account that a visitor connects as. */
export const localCustomer = 'customer'

/** Whom the subscriptions serve, and with what, by their share of the calls. */
export const endUsers = { 'ada@example.com': 9, 'ben@example.com': 5, 'chen@example.com': 3, 'dina@example.com': 2 }
export const features = { chat: 6, search: 3, summary: 1 }

/** One in each price tier, and one whose deposit runs out in the course of the year. */
export const demoSubscriptions: readonly DemoSubscription[] = [
  {
    customer: localCustomer,
    serviceName: 'Support chat',
    models: { 'gpt-4o': 6, 'gpt-3.5-turbo': 4 },
    monthlyTokens: 850_000,
    callsPerDay: 9,
    deposit: '250.00000000',
  },
  {
    customer: localCustomer,
    serviceName: 'Code review',
    models: { 'claude-3-5-sonnet': 7, 'gpt-4': 3 },
    monthlyTokens: 90_000,
    callsPerDay: 5,
    deposit: '40.00000000',
  },
  {
    customer: 'Northwind',
    serviceName: 'Product search',
    models: { 'text-embedding-3-small': 8, 'gpt-3.5-turbo': 2 },
    monthlyTokens: 8_500_000,
    callsPerDay: 8,
    deposit: '900.00000000',
  },
  {
    customer: 'Lighthouse',
    serviceName: 'Meeting notes',
    models: { 'llama-3-70b': 9, 'gpt-4o': 1 },
    monthlyTokens: 14_000_000,
    callsPerDay: 7,
    deposit: '900.00000000',
  },
  {
    customer: 'Halcyon',
    serviceName: 'Contract analysis',
    models: { 'claude-3-opus': 5, 'claude-3-5-sonnet': 5 },
    monthlyTokens: 2_400_000,
    callsPerDay: 6,
    deposit: '120.00000000',
  },
  {
    customer: 'Halcyon',
    serviceName: 'Tutoring',
    models: { 'claude-3-5-haiku': 10 },
    monthlyTokens: 320_000,
    callsPerDay: 6,
    deposit: '60.00000000',
  },
]
