/** What of Stripe's script is used. It may only be loaded from its own address, so that it can't be a part of ours. */
interface StripeFault {
  type: string
  message?: string
  payment_intent?: { status: string }
}

interface StripeElement {
  mount: (place: HTMLElement) => void
  on: (event: 'ready' | 'loaderror', tell: () => void) => void
  destroy: () => void
}

interface StripeElements {
  create: (kind: 'payment') => StripeElement
}

interface StripeJs {
  elements: (options: { clientSecret: string; appearance: { theme: 'stripe' | 'night' } }) => StripeElements
  confirmPayment: (options: {
    elements: StripeElements
    confirmParams: { return_url: string }
    redirect: 'if_required'
  }) => Promise<{ error?: StripeFault }>
}

declare global {
  interface Window {
    Stripe?: (publishableKey: string) => StripeJs
  }
}

const SOURCE = 'https://js.stripe.com/v3/'

let loading: Promise<void> | null = null

/** Adds the script once; one that could not be loaded is asked for again by the next who wants it. */
function load(): Promise<void> {
  loading ??= new Promise<void>((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: SOURCE, async: true })
    script.addEventListener('load', () => resolve())
    script.addEventListener('error', () => {
      script.remove()
      loading = null
      reject(new Error('Stripe’s form could not be loaded. Check that nothing blocks js.stripe.com.'))
    })
    document.head.append(script)
  })
  return loading
}

/** `sent`: Stripe has it, and tells the server. `refused`: nothing was charged. `unknown`: it may have it. */
export type Confirmed = { outcome: 'sent' } | { outcome: 'refused' | 'unknown'; sentence: string }

export interface PaymentForm {
  /** Asks Stripe to take the payment. It may lead to a bank's page, which comes back to `returnUrl`. */
  confirm: (returnUrl: string) => Promise<Confirmed>
  destroy: () => void
}

const TAKEN = ['succeeded', 'processing', 'requires_capture']
/** Faults that Stripe tells in words for the buyer. */
const TOLD = ['card_error', 'validation_error']

function outcomeOf(error: StripeFault | undefined): Confirmed {
  if (!error || TAKEN.includes(error.payment_intent?.status ?? '')) return { outcome: 'sent' }
  if (TOLD.includes(error.type)) return { outcome: 'refused', sentence: error.message ?? 'Check what you entered.' }
  return { outcome: 'unknown', sentence: 'Stripe didn’t answer. Try again: it stays one payment, charged once.' }
}

/** Puts Stripe's form into a place of the page; resolves when it can be filled in. */
export async function openPaymentForm(
  place: HTMLElement,
  { publishableKey, clientSecret }: { publishableKey: string; clientSecret: string },
): Promise<PaymentForm> {
  await load()
  const stripe = window.Stripe?.(publishableKey)
  if (!stripe) throw new Error('Stripe’s form could not be loaded. Check that nothing blocks js.stripe.com.')
  const isDark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
  const elements = stripe.elements({ clientSecret, appearance: { theme: isDark ? 'night' : 'stripe' } })
  const element = elements.create('payment')
  await new Promise<void>((resolve, reject) => {
    element.on('ready', resolve)
    element.on('loaderror', () => reject(new Error('Stripe’s form could not be opened. Nothing was charged.')))
    element.mount(place)
  })
  return {
    confirm: async (returnUrl) => {
      const confirmParams = { return_url: returnUrl }
      return outcomeOf((await stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' })).error)
    },
    destroy: () => element.destroy(),
  }
}
