import { AppError } from '#lib/errors/app-error.ts'
import { type Configured, settingOf } from './configuration.ts'
import { choosePort } from './ports.ts'
import type { Progress } from './progress.ts'

/** The ports of the parts that run here. */
export interface Ports {
  readonly postgres: number
  readonly litellm: number
  readonly oracle: number
  readonly web: number
  readonly flow: number
  readonly flowGrpc: number
  readonly flowAdmin: number
  readonly flowDebugger: number
}

const usual: Ports = {
  web: 3003,
  oracle: 3001,
  litellm: 4000,
  postgres: 5432,
  flow: 8888,
  flowGrpc: 3569,
  flowAdmin: 8080,
  flowDebugger: 2345,
}
const titles: Record<keyof Ports, string> = {
  web: 'web',
  oracle: 'oracle',
  litellm: 'litellm',
  postgres: 'postgres',
  flow: 'emulator',
  flowGrpc: 'emulator',
  flowAdmin: 'emulator',
  flowDebugger: 'emulator',
}

type Source = Readonly<Record<string, string | undefined>>

/** Chooses all ports at once: the usual one, or a free one that is printed. One that the user set must be free. */
export async function choosePorts(source: Source, configured: Configured, progress: Progress): Promise<Ports> {
  const chosen = { ...usual }
  const asked = { web: settingOf(source, 'PORT'), oracle: settingOf(source, 'ORACLE_PORT') }
  for (const name of neededPorts(configured)) {
    const wish = name === 'web' || name === 'oracle' ? asked[name] : undefined
    const wanted = wish === undefined ? usual[name] : Number(wish)
    const port = await choosePort(wanted)
    if (port !== wanted) tellOrRefuse(name, { wanted, port, isAsked: wish !== undefined && wanted !== 0 }, progress)
    chosen[name] = port
  }
  return chosen
}

function neededPorts({ database, litellm, chain }: Configured): (keyof Ports)[] {
  const needed: (keyof Ports)[] = ['web', 'oracle']
  if (!litellm) needed.push('litellm')
  if (!database || !litellm) needed.push('postgres')
  if (!chain) needed.push('flow', 'flowGrpc', 'flowAdmin', 'flowDebugger')
  return needed
}

interface TakenPort {
  readonly wanted: number
  readonly port: number
  readonly isAsked: boolean
}

function tellOrRefuse(name: keyof Ports, { wanted, port, isAsked }: TakenPort, progress: Progress): void {
  const variable = name === 'web' ? 'PORT' : 'ORACLE_PORT'
  if (isAsked) {
    throw new AppError(
      'local_part_failed',
      `Port ${wanted}, which ${variable} asks for, is taken. Nothing was started. ` +
        `Stop the program that has it, or set ${variable} to another port.`,
    )
  }
  if (wanted !== 0) progress.doing(titles[name], `port ${wanted} is taken, using ${port}`)
}
