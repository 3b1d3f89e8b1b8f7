export interface PolicyInput {
  nonce: string
  network: 'emulator' | 'testnet' | 'mainnet'
  accessNode: string
  /** A Flow node that the visitor chose for checking receipts. */
  ownNode: string | null
  walletConnect: boolean
  /** Cards are taken: Stripe's form may be loaded, which stands in frames of its own. */
  stripe: boolean
  /** React's and Next's development tools need eval, inline styles and a socket. */
  development: boolean
  secure: boolean
  /** Only the development wallet may stand in a frame, and only in one of ours. */
  framedBySelf: boolean
}

/** Wallets that FCL's discovery opens in a frame. */
const WALLET_FRAMES = ['https://fcl-discovery.onflow.org', 'https://*.blocto.app', 'https://wallet.flow.com']
const WALLET_API = ['https://fcl-discovery.onflow.org', 'https://*.blocto.app']
const WALLETCONNECT = ['https://*.walletconnect.com', 'https://*.walletconnect.org']
/** Stripe wants its script from its own address; a bank's question to the buyer comes in a frame of `hooks`. */
const STRIPE_SCRIPTS = ['https://js.stripe.com', 'https://*.js.stripe.com']
const STRIPE_FRAMES = [...STRIPE_SCRIPTS, 'https://hooks.stripe.com']
const WALLETCONNECT_SOCKETS = ['wss://*.walletconnect.com', 'wss://*.walletconnect.org']

/** What a page may load and talk to: itself, the Flow node, the wallet, and Stripe where cards are taken. */
export function contentSecurityPolicy(input: PolicyInput): string {
  const live = input.network !== 'emulator'
  const wallet = live && input.walletConnect
  const nodes = input.ownNode === null ? [input.accessNode] : [input.accessNode, input.ownNode]
  const connect = nodes.map((address) => new URL(address).origin)
  const directives: Record<string, string[]> = {
    'default-src': ["'self'"],
    // 'strict-dynamic' is left out: it would let a trusted script add inline ones, and all of ours are of this origin.
    'script-src': [
      "'self'",
      `'nonce-${input.nonce}'`,
      ...(input.stripe ? STRIPE_SCRIPTS : []),
      ...(input.development ? ["'unsafe-eval'"] : []),
    ],
    'style-src': input.development || wallet ? ["'self'", "'unsafe-inline'"] : ["'self'", `'nonce-${input.nonce}'`],
    'img-src': ["'self'", 'data:', 'blob:', ...(live ? ['https:'] : [])],
    'font-src': ["'self'", ...(wallet ? ['https://fonts.reown.com'] : [])],
    'connect-src': [
      "'self'",
      ...connect,
      ...(live ? WALLET_API : []),
      ...(input.stripe ? ['https://api.stripe.com'] : []),
      ...(wallet ? [...WALLETCONNECT, ...WALLETCONNECT_SOCKETS] : []),
      ...(input.development ? ['ws:'] : []),
    ],
    'frame-src': [
      "'self'",
      ...(live ? WALLET_FRAMES : []),
      ...(wallet ? WALLETCONNECT : []),
      ...(input.stripe ? STRIPE_FRAMES : []),
    ],
    'frame-ancestors': [input.framedBySelf ? "'self'" : "'none'"],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
    ...(input.secure ? { 'upgrade-insecure-requests': [] } : {}),
  }
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ')
}
