import type { PluginFigures } from './bench-plugin.ts'

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
const cell = (ms: number): string => ms.toFixed(3).padStart(10)

/** What metering costs a caller, in milliseconds and beside the whole request. */
export function pluginTable({ calls, request, ...hooks }: PluginFigures): string {
  const { before, beforeCpu, waited, after, afterCpu } = hooks
  const row = (name: string, sorted: readonly number[]): string =>
    `${name.padEnd(36)}${cell(at(sorted, 0.5))}${cell(at(sorted, 0.99))}${cell(at(sorted, 1))}`
  const share = ((100 * (at(before, 0.5) + at(after, 0.5))) / at(request, 0.5)).toFixed(1)
  return [
    `${calls} calls`.padEnd(36) + ['p50 ms', 'p99 ms', 'most ms'].map((title) => title.padStart(10)).join(''),
    row('the whole request', request),
    row('before the call, on its way', before),
    row('  of the processor', beforeCpu),
    row('  with the wait for the hold', waited),
    row('after it, on the event loop', after),
    row('  of the processor', afterCpu),
    '',
    `The plug-in takes ${share}% of a request whose answer is made up at once; writing to disk and sending run beside it.`,
    '',
  ].join('\n')
}
