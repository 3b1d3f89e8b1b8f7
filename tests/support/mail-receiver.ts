import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly to: readonly string[]
  readonly raw: string
}

/** A real SMTP server that keeps what it is sent, or refuses it. */
export interface MailReceiver {
  readonly url: string
  readonly mails: ReceivedMail[]
  /** What it answers to a message: 250 takes it. */
  answer: number
  /** Runs before it answers, with the message already kept: a sender that dies here never hears the answer. */
  beforeAnswer: (mail: ReceivedMail) => Promise<void>
  close(): Promise<void>
}

export const headerOf = ({ raw }: ReceivedMail, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\r?\n[ \t].*)*)`, 'im').exec(raw)?.[1]

export async function startMailReceiver(): Promise<MailReceiver> {
  const mails: ReceivedMail[] = []
  const state = { answer: 250, beforeAnswer: (_mail: ReceivedMail) => Promise.resolve() }
  async function take(stream: Readable, to: string[], callback: (error?: Error) => void): Promise<void> {
    let raw = ''
    for await (const chunk of stream) raw += String(chunk)
    if (state.answer !== 250) return callback(Object.assign(new Error('no'), { responseCode: state.answer }))
    const mail = { to, raw }
    mails.push(mail)
    await state.beforeAnswer(mail)
    callback()
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      void take(stream, to, callback)
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  })
}
