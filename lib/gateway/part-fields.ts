/**
 * A name of `texts`, `objects` or `kinds`, or one of `text`, `number`, `scalar`, `any` and `nothing`; or several of
 * these, of which the value's own type of JSON chooses.
 */
export type Shape = string | { readonly each: Shape } | { readonly one: readonly string[] } | readonly Shape[]

interface PartRules {
  /** What the caller is told. */
  readonly sentences: Readonly<Record<'unknown' | 'kind' | 'one' | 'missing' | 'shape', string>>
  /** Texts that are held to a pattern, whatever the case of their letters. */
  readonly texts: Readonly<Record<string, { readonly pattern: string; readonly sentence: string }>>
  /** Fields of a route's body. Those that aren't here can't make a request longer. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, Shape>>>>
  readonly objects: Readonly<Record<string, Readonly<Record<string, Shape>>>>
  /** Which object something is, by its `type`. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The type of what has none. */
  readonly untyped: Readonly<Record<string, string>>
  /** Fields that an object can't be without: LiteLLM fails, or it stands for something that the provider keeps. */
  readonly needed: Readonly<Record<string, readonly string[]>>
  /** Fields without which an object is not what one of its fields says that it is. */
  readonly neededBy: Readonly<
    Record<string, { readonly field: string; readonly needs: Readonly<Record<string, string>> }>
  >
  /** Names of models that search the web or run tools at their provider: what those add, no request shows. */
  readonly searchingModels: readonly string[]
}

const content: Shape = ['text', { each: 'part' }]
const tools: Shape = { each: 'tool' }
const toolChoice = (choice: string): Shape => [{ one: ['none', 'auto', 'required', 'any'] }, choice]
const thoughts = {
  reasoning: 'text',
  reasoning_content: 'text',
  reasoning_details: { each: 'thought detail' },
  thinking_blocks: { each: 'part' },
} as const
/** As an answer's items have them, which come back with the next request. */
const item = { id: 'text', status: 'text', created_by: 'text', provider_specific_fields: 'extras' } as const
const calling = { ...item, call_id: 'text', name: 'name', namespace: 'text' } as const
const citation = { url: 'text', title: 'text', content: 'text', start_index: 'number', end_index: 'number' } as const
const described = { name: 'name', description: 'text' } as const
const parameters = { parameters: 'any', strict: 'scalar' } as const
const tool = {
  type: { one: ['function', 'custom'] },
  function: 'function',
  custom: 'custom',
  ...described,
  ...parameters,
  format: 'any',
  cache_control: 'cache mark',
} as const
const choice = {
  type: { one: ['function', 'custom', 'allowed_tools'] },
  function: 'named',
  custom: 'named',
  name: 'name',
  mode: 'text',
  tools,
  allowed_tools: 'allowed tools',
} as const

/**
 * All that a prompt and its tools may be made of, so that nothing in them costs tokens that its bytes don't show: what
 * is not here is refused. The LiteLLM plug-in reads the same from `deploy/litellm/flareflow_parts.json`.
 */
export const PART_RULES: PartRules = {
  sentences: {
    unknown: "{field} can't be metered here. Leave it out.",
    kind: "Parts of type {kind} can't be metered here. Send text or images.",
    one: '{field} may be one of {choices} here.',
    missing: '{field} is missing.',
    shape: "{field} is not as OpenAI's API has it.",
  },
  texts: {
    name: { pattern: '.{0,64}', sentence: '{field} may have 64 characters at most.' },
    label: { pattern: '.{0,256}', sentence: '{field} may have 256 characters at most.' },
    // An address may say by its ending what is there; what LiteLLM takes for a film or a document is no image.
    image: {
      pattern:
        'data:image/(?:png|jpeg|jpg|gif|webp);base64,[a-z0-9+/=_-]*' +
        '|https?://(?!generativelanguage\\.googleapis\\.com)(?!.*(?:gs|s3|file)://)(?!.*;base64,)' +
        '(?!.*\\.(?:pdf|txt|csv|docx?|xlsx?|html?|md|xml|json|mp[34]|m4[av]|mov|mpe?g|mpegps|avi|wmv|flv|webm|3gpp?' +
        '|wav|ogg|flac|aac|aiff)(?:[?#;]|$))[!-~]+',
      sentence:
        '{field} must be an address of an image (https://…), or the image itself as ' +
        'data:image/png;base64,… (png, jpeg, gif or webp).',
    },
    embedded: {
      pattern: '(?![ \\t\\r\\n]*(?:data:|gs://|s3://|file:|files/|https://generativelanguage\\.googleapis\\.com)).*',
      sentence: "{field} names a file, which can't be metered here. Send its text.",
    },
  },
  fields: {
    '/chat/completions': {
      messages: { each: 'message' },
      tools: { each: 'chat tool' },
      tool_choice: toolChoice('chat choice'),
      functions: { each: 'function' },
      function_call: [{ one: ['none', 'auto'] }, 'named'],
      prediction: 'prediction',
      user: 'label',
    },
    '/completions': {
      prompt: ['text', { each: ['text', 'number', { each: 'number' }] }],
      suffix: 'text',
      user: 'label',
    },
    '/embeddings': { input: ['embedded', { each: ['embedded', 'number', { each: 'number' }] }], user: 'label' },
    '/responses': {
      input: ['text', { each: ['text', 'item'] }],
      instructions: 'text',
      tools,
      tool_choice: toolChoice('choice'),
      user: 'label',
    },
  },
  objects: {
    message: {
      role: { one: ['system', 'developer', 'user', 'assistant', 'tool', 'function'] },
      content,
      name: 'name',
      refusal: 'text',
      tool_calls: { each: 'tool call' },
      tool_call_id: 'text',
      function_call: 'call',
      annotations: { each: 'annotation' },
      audio: 'nothing',
      images: 'nothing',
      ...thoughts,
      provider_specific_fields: 'extras',
      cache_control: 'cache mark',
      parsed: 'any',
      id: 'text',
      prefix: 'scalar',
    },
    words: {
      text: 'text',
      annotations: { each: 'annotation' },
      logprobs: { each: 'any' },
      parsed: 'any',
      id: 'scalar',
      index: 'scalar',
      cache_control: 'cache mark',
    },
    picture: {
      image_url: ['image', 'address'],
      detail: 'text',
      file_id: 'nothing',
      cache_control: 'cache mark',
    },
    address: { url: 'image', detail: 'text' },
    refusal: { refusal: 'text' },
    thought: { thinking: 'text', signature: 'text', cache_control: 'cache mark' },
    'hidden thought': { data: 'text', cache_control: 'cache mark' },
    'thought detail': {
      type: 'text',
      id: 'text',
      text: 'text',
      summary: 'text',
      data: 'text',
      signature: 'text',
      format: 'text',
      index: 'number',
    },
    'tool call': {
      id: 'text',
      index: 'number',
      function: 'call',
      custom: 'custom call',
      provider_specific_fields: 'extras',
      extra_content: 'extra content',
    },
    call: { name: 'name', arguments: 'text', parsed_arguments: 'any', provider_specific_fields: 'extras' },
    'custom call': { name: 'name', input: 'text' },
    // LiteLLM tells here what OpenAI's API has no place for. It would read results of a provider's own tools here too.
    extras: {
      refusal: 'text',
      ...thoughts,
      thought_signature: 'text',
      thought_signatures: { each: 'text' },
      annotations: { each: 'annotation' },
      citations: 'nothing',
      images: 'nothing',
    },
    'extra content': { google: 'extras' },
    citation,
    'cited address': { ...citation, url_citation: 'citation' },
    'cache mark': { type: { one: ['ephemeral'] }, ttl: 'scalar' },
    prediction: { type: { one: ['content'] }, content },
    'item message': {
      ...item,
      role: { one: ['system', 'developer', 'user', 'assistant'] },
      content,
      phase: 'text',
    },
    reasoning: { ...item, summary: { each: 'part' }, content: { each: 'part' }, encrypted_content: 'text' },
    'function call': { ...calling, arguments: 'text', parsed_arguments: 'any' },
    'custom tool call': { ...calling, input: 'text' },
    'tool output': { ...item, call_id: 'text', output: content },
    tool,
    'chat tool': tool,
    function: { ...described, ...parameters },
    custom: { ...described, format: 'any' },
    choice,
    'chat choice': choice,
    'allowed tools': { mode: 'text', tools: { each: 'chat tool' } },
    named: { name: 'name' },
  },
  kinds: {
    part: {
      text: 'words',
      input_text: 'words',
      output_text: 'words',
      summary_text: 'words',
      reasoning_text: 'words',
      image_url: 'picture',
      input_image: 'picture',
      refusal: 'refusal',
      thinking: 'thought',
      redacted_thinking: 'hidden thought',
    },
    'tool call': { function: 'tool call', custom: 'tool call' },
    annotation: { url_citation: 'cited address' },
    item: {
      message: 'item message',
      reasoning: 'reasoning',
      function_call: 'function call',
      function_call_output: 'tool output',
      custom_tool_call: 'custom tool call',
      custom_tool_call_output: 'tool output',
    },
  },
  untyped: { item: 'message', 'tool call': 'function' },
  needed: {
    message: ['role'],
    'item message': ['role', 'content'],
    reasoning: ['summary'],
    'function call': ['call_id', 'name'],
    'custom tool call': ['call_id', 'name'],
    'tool output': ['call_id', 'output'],
    words: ['text'],
    picture: ['image_url'],
    address: ['url'],
    refusal: ['refusal'],
    thought: ['thinking'],
    'hidden thought': ['data'],
    call: ['name'],
    'custom call': ['name'],
    tool: ['type', 'name'],
    'chat tool': ['type'],
    function: ['name'],
    custom: ['name'],
    choice: ['type'],
    'chat choice': ['type'],
    named: ['name'],
  },
  neededBy: {
    message: { field: 'role', needs: { tool: 'tool_call_id', function: 'name' } },
    'tool call': { field: 'type', needs: { function: 'function', custom: 'custom' } },
    'chat tool': { field: 'type', needs: { function: 'function', custom: 'custom' } },
    choice: { field: 'type', needs: { function: 'name', custom: 'name', allowed_tools: 'tools' } },
    'chat choice': {
      field: 'type',
      needs: { function: 'function', custom: 'custom', allowed_tools: 'allowed_tools' },
    },
  },
  searchingModels: [
    // OpenRouter's, with a search of the web.
    ':online(?![a-z0-9])',
    // Groq's, which search and run code.
    '(?:^|/)compound(?![a-z0-9])',
    'search-preview',
    '-search-api',
    'deep-research',
    // Perplexity's.
    '(?<![a-z0-9])sonar(?![a-z0-9])',
  ],
}
