// PM2: `pm2 start deploy/ecosystem.config.cjs`, with the settings in /etc/flareflow/flareflow.env (see .env.example).
const root = require('node:path').join(__dirname, '..')
const settings = process.env.FLAREFLOW_ENV_FILE ?? '/etc/flareflow/flareflow.env'

const shared = {
  cwd: root,
  interpreter: 'node',
  node_args: [`--env-file=${settings}`],
  exec_mode: 'fork',
  // A process finishes what it has: half a minute at most.
  kill_timeout: 40_000,
  exp_backoff_restart_delay: 500,
  time: true,
}

/** Each with its own port; all of one role may run several times. */
const oracle = (role, port) => ({
  ...shared,
  name: `flareflow-${role}`,
  script: 'services/bin/oracle.ts',
  env: { NODE_ENV: 'production', ORACLE_ROLES: role, ORACLE_PORT: String(port) },
})

module.exports = {
  apps: [
    oracle('receiver', 3001),
    oracle('poller', 3011),
    oracle('settler', 3012),
    {
      ...shared,
      name: 'flareflow-web',
      script: 'node_modules/next/dist/bin/next',
      args: 'start --hostname 127.0.0.1 --port 3003',
      env: { NODE_ENV: 'production' },
    },
  ],
}
