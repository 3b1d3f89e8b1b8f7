import { type SettingName, settings } from './settings.ts'

const WIDTH = 110

function wrap(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `# ${line}`)
}

function explain(name: SettingName): string {
  const { about, schema } = settings[name]
  const aliases: readonly string[] = 'aliases' in settings[name] ? (settings[name].aliases ?? []) : []
  const fallback = schema.safeParse(undefined)
  const value = fallback.success && fallback.data !== undefined ? String(fallback.data) : ''
  const also = aliases.length > 0 ? [`# Also read as ${aliases.join(', ')}.`] : []
  return [...wrap(about), ...also, `#${name}=${value}`].join('\n')
}

/** The text of `.env.example`: every setting with what it means, its aliases and its default. */
export const envExample = (): string =>
  [
    '# Settings of FlareFlow. All are optional locally: npm start fills in what is missing with parts of its own.',
    '# Uncomment what you set, in .env or in the environment.',
    ...(Object.keys(settings) as SettingName[]).map((name) => `\n${explain(name)}`),
    '',
  ].join('\n')
