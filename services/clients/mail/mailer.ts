import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…:465`. */
  readonly smtpUrl: string
  readonly from: string
}

export interface Mail {
  /** What it tells of: the same mail, sent again, has the same Message-ID, so that it can be recognised. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

interface MailOutcome {
  readonly delivered: boolean
  /** The server's code, such as 250 or 550; null when it gave none. */
  readonly status: number | null
  readonly error: string | null
}

export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>
  close(): void
}

const CONNECT_TIMEOUT_MS = 5_000
const SOCKET_TIMEOUT_MS = 10_000

/** `MAIL_FROM` may be a bare address or `Name <address>`. */
const domainOf = (from: string): string => /@([^\s>@]+)>?\s*$/.exec(from)?.[1] ?? 'flareflow.invalid'

const messageIdOf = (mail: Mail, from: string): string =>
  `<${createHash('sha256').update(`${mail.id}|${mail.to}`).digest('hex').slice(0, 40)}@${domainOf(from)}>`

const responseCode = (error: unknown): number | null =>
  error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number'
    ? error.responseCode
    : null

/** Sends plain text over SMTP. Nothing of the server's own words goes on: they may name other people's mailboxes. */
export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail) {
      const { to, subject, text } = mail
      try {
        // An address in text would be parsed: a line break in it could add another recipient.
        const recipient = { name: '', address: to }
        await transport.sendMail({ from, to: recipient, subject, text, messageId: messageIdOf(mail, from) })
        return { delivered: true, status: 250, error: null }
      } catch (error) {
        const status = responseCode(error)
        const why = status === null ? "The mail server can't be reached." : `The mail server answered ${status}.`
        return { delivered: false, status, error: why }
      }
    },
    close: () => transport.close(),
  }
}
