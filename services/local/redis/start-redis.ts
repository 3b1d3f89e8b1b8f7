import { createConnection } from 'node:net'
import type { SupervisedProcess, Supervisor } from '../supervisor.ts'
import { waitUntilReady } from '../wait-for.ts'
import type { RedisTool } from './ensure-redis.ts'

interface RedisSettings {
  readonly supervisor: Supervisor
  readonly tool: RedisTool
  readonly port: number
  readonly stage: number
}

export interface RunningRedis {
  readonly process: SupervisedProcess
  readonly url: string
}

const startMs = 10_000

/** Starts Redis on loopback. It keeps nothing on disk. */
export async function startRedis({ supervisor, tool, port, stage }: RedisSettings): Promise<RunningRedis> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const env = { ...process.env, ...tool.env }
  const child = supervisor.start({ name: 'redis', command: tool.bin, args, env, stage })
  const isReady = () => answersPing(port)
  const log = supervisor.logOf('redis')
  await waitUntilReady({ name: 'Redis', process: child, log, timeoutMs: startMs, isReady })
  return { process: child, url: `redis://127.0.0.1:${port}` }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1_000 }, () => socket.write('PING\r\n'))
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
