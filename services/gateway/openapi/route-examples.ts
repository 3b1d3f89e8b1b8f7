/** A request that works as it stands. Values that only the reader knows are read from the environment: `$KEY_ID`. */
export interface RouteExample {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** In the official OpenAI packages: their call, and how the answer is printed. */
  readonly sdk?: { readonly call: string; readonly python: string; readonly javascript: string }
}

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
}
