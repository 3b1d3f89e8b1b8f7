/** A model whose answer is made up, by LiteLLM itself or by a server; everything around the answer is real. */
export interface LocalModel {
  readonly name: string
  /** LiteLLM's provider and model, which decide how it counts tokens. */
  readonly served: string
  /** A text, a vector, or the name of a LiteLLM error that the call then fails with. */
  readonly answer: string | readonly number[] | { readonly server: string }
  /** USD per token, as LiteLLM wants it: for its own books only, never for a bill. */
  readonly inputCost: number
  readonly outputCost: number
}

const chat = (name: string, served: string, inputCost: number, outputCost: number): LocalModel => ({
  name,
  served,
  answer: `This is ${name}, running on your own machine. The answer is made up, the metering and the bill are real.`,
  inputCost,
  outputCost,
})

/** What the local proxy offers. */
export const localModels: readonly LocalModel[] = [
  chat('gpt-4', 'openai/gpt-4', 0.000_03, 0.000_06),
  chat('gpt-4o', 'openai/gpt-4o', 0.000_002_5, 0.000_01),
  chat('gpt-3.5-turbo', 'openai/gpt-3.5-turbo', 0.000_000_5, 0.000_001_5),
  chat('claude-3-opus', 'anthropic/claude-3-opus-20240229', 0.000_015, 0.000_075),
  chat('claude-3-5-haiku', 'anthropic/claude-3-5-haiku-20241022', 0.000_000_8, 0.000_004),
  chat('claude-3-5-sonnet', 'anthropic/claude-3-5-sonnet-20241022', 0.000_003, 0.000_015),
  chat('llama-3-70b', 'groq/llama3-70b-8192', 0.000_000_59, 0.000_000_79),
  // The credits' free tier reaches this one, and it isn't free.
  chat('mixtral-8x7b', 'together_ai/mistralai/Mixtral-8x7B-Instruct-v0.1', 0.000_000_6, 0.000_000_6),
  {
    name: 'text-embedding-3-small',
    served: 'openai/text-embedding-3-small',
    answer: [0.1, 0.2, 0.3],
    inputCost: 0.000_000_02,
    outputCost: 0,
  },
]
