/** Parts end in this order, the highest stage first: whoever uses a part ends before it. */
export const stages = { postgres: 1, emulator: 2, litellm: 2, oracle: 3, web: 3, 'web-build': 3, demo: 3 } as const

type PartName = keyof typeof stages

/** How long each stage may take to end by itself; all of them together stay below ten seconds. */
export const graceMs = {
  postgres: 3_000,
  emulator: 3_000,
  litellm: 3_000,
  oracle: 3_000,
  web: 3_000,
  'web-build': 500,
  demo: 500,
}

const titles: Record<PartName, string> = {
  postgres: 'Postgres',
  emulator: 'The Flow emulator',
  litellm: 'LiteLLM',
  oracle: 'The oracle',
  web: 'The web server',
  'web-build': 'The build of the pages',
  demo: 'The demonstration',
}

/** A part's name at the start of a sentence. */
export function titleOf(name: string): string {
  return name in titles ? titles[name as PartName] : name
}
