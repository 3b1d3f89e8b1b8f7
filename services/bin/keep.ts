// Ends all parts of the local stack when the process at the other end of standard input is gone.
import { keep } from '#services/local/keeper.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

await keep(process.stdin)
