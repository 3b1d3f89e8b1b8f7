// A server with a child process, as the web and LiteLLM have them. It counts its starts in its database.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import pg from 'pg'

const [port] = process.argv.slice(2)
const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] })
await client.connect()
await client.query('CREATE TABLE IF NOT EXISTS starts (at timestamptz DEFAULT now())')
await client.query('INSERT INTO starts DEFAULT VALUES')
const { rows } = await client.query<{ starts: string }>('SELECT count(*) AS starts FROM starts')
if (process.env['SMALL_SERVER'] === 'stubborn') process.on('SIGTERM', () => {})
client.on('error', () => process.exit(1))

// It ignores every polite request, as a child in the middle of something may.
const stubborn = "process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000)"
const child = spawn(process.execPath, ['-e', stubborn], { stdio: 'ignore' })

createServer((_request, response) => {
  response.end(JSON.stringify({ pid: process.pid, childPid: child.pid, starts: rows[0]?.starts }))
}).listen(Number(port), '127.0.0.1')
