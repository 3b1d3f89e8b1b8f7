import type { Page } from 'playwright-core'

/**
 * A stand-in for Stripe's script: a form with one field, and what Stripe would make of the test card in it. 3155 is
 * asked for by its bank over the page, as Stripe does it.
 */
const SCRIPT = `
window.Stripe = (key) => {
  const field = document.createElement('input')
  const label = document.createElement('label')
  label.append('Card number ', field)
  const refused = { error: { type: 'card_error', message: 'Your card was declined.' } }
  const ask = () => new Promise((resolve) => {
    const bank = document.createElement('div')
    bank.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:white'
    const button = document.createElement('button')
    button.textContent = 'Approve at the bank'
    button.onclick = () => { bank.remove(); resolve({}) }
    bank.append(button)
    document.body.append(bank)
  })
  return {
    elements: ({ clientSecret, appearance }) => ({
      create: () => ({
        mount: (place) => {
          place.dataset.opened = [key, clientSecret, appearance.theme].join(' ')
          place.append(label)
        },
        on: (event, tell) => event === 'ready' && setTimeout(tell, 50),
        destroy: () => label.remove(),
      }),
    }),
    confirmPayment: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      if (field.value.endsWith('0002')) return refused
      if (field.value.endsWith('0119')) return { error: { type: 'api_error', message: 'internal words' } }
      return field.value.endsWith('3155') ? ask() : {}
    },
  }
}
`

/** Answers for js.stripe.com. How often the script was asked for; `fails` so many times first. */
export async function standInForStripe(page: Page, { fails = 0 } = {}): Promise<{ asked: () => number }> {
  let asked = 0
  await page.route('https://js.stripe.com/**', async (route) => {
    asked += 1
    if (asked <= fails) return route.abort()
    return route.fulfill({ contentType: 'text/javascript', body: SCRIPT })
  })
  return { asked: () => asked }
}
