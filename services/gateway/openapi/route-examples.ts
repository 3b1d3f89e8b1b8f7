/** A request that works as it stands. Values that only the reader knows are read from the environment: `$KEY_ID`. */
export interface RouteExample {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** In the official OpenAI packages: their call, and how the answer is printed. */
  readonly sdk?: { readonly call: string; readonly python: string; readonly javascript: string }
}

const HELLO = 'Say hello in one word.'

/** Requests of the reference, by method and path. A test runs every one of them as it is printed. */
export const routeExamples: Readonly<Record<string, RouteExample>> = {
  'GET /health': {},
  'GET /models': {
    sdk: {
      call: 'models.list',
      python: '[model.id for model in answer.data]',
      javascript: 'answer.data.map((model) => model.id)',
    },
  },
  'POST /chat/completions': {
    body: { model: 'auto', messages: [{ role: 'user', content: HELLO }], max_tokens: 100 },
    sdk: {
      call: 'chat.completions.create',
      python: 'answer.choices[0].message.content',
      javascript: 'answer.choices[0].message.content',
    },
  },
  'POST /completions': {
    body: { model: 'auto', prompt: HELLO, max_tokens: 100 },
    sdk: { call: 'completions.create', python: 'answer.choices[0].text', javascript: 'answer.choices[0].text' },
  },
  'POST /embeddings': {
    body: { model: 'text-embedding-3-small', input: 'A tree of hashes' },
    sdk: {
      call: 'embeddings.create',
      python: 'answer.data[0].embedding[:3]',
      javascript: 'answer.data[0].embedding.slice(0, 3)',
    },
  },
  'POST /responses': {
    body: { model: 'auto', input: HELLO, max_output_tokens: 100 },
    sdk: { call: 'responses.create', python: 'answer.output_text', javascript: 'answer.output_text' },
  },
  'GET /credits': {},
  'PATCH /credits': { body: { monthly_cap_usd: '50' } },
  'POST /credits/purchase': {
    headers: { 'Idempotency-Key': '$REQUEST_KEY' },
    body: { amount_usd: '10', method: 'checkout' },
  },
  'GET /credits/purchases/{id}': { params: { id: '$PURCHASE_ID' } },
  'GET /credits/history': { query: { type: 'usage', limit: '20' } },
  'GET /credits/topups': {},
  'GET /usage': { query: { days: '30' } },
  'GET /keys': {},
  'POST /keys': {
    headers: { 'Idempotency-Key': '$REQUEST_KEY' },
    body: { name: 'prod-chat', power: 'balanced', models: null },
  },
  'PATCH /keys/{id}': { params: { id: '$KEY_ID' }, body: { name: 'prod-search' } },
  'DELETE /keys/{id}': { params: { id: '$KEY_ID' } },
  'GET /byok/keys': {},
  'POST /byok/keys': { body: { provider: 'groq', api_key: 'gsk_the_key_that_groq_gave_you' } },
  'PATCH /byok/keys/{provider}': { params: { provider: 'groq' }, body: { enabled: false } },
  'DELETE /byok/keys/{provider}': { params: { provider: 'groq' } },
  'POST /byok/keys/{provider}/test': { params: { provider: 'groq' } },
  'GET /admin/accounts': { query: { query: '0x' } },
  'PATCH /admin/accounts/{id}': {
    params: { id: '$ACCOUNT_ID' },
    body: { tier: 'professional', reason: 'Agreed with the customer' },
  },
  'POST /admin/accounts/{id}/grants': {
    params: { id: '$ACCOUNT_ID' },
    body: { amount_usd: '5', reason: 'Sorry for the wait', request_key: 'ticket-1042' },
  },
  'POST /admin/accounts/{id}/refunds': {
    params: { id: '$ACCOUNT_ID' },
    body: { amount_usd: '0.00001', reason: 'The answer broke off', request_key: 'ticket-1043' },
  },
  'GET /admin/topups': { query: { limit: '20' } },
  'POST /admin/topups': {
    body: { id: `${'0'.repeat(64)}:0`, account_id: '$ACCOUNT_ID', reason: 'Sent from an exchange, see ticket 1044' },
  },
  'GET /admin/usage-reviews': {},
  'POST /admin/usage-reviews': { body: { id: `${'0'.repeat(32)}.${'0'.repeat(32)}`, decision: 'void' } },
}
