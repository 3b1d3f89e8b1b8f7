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
}
