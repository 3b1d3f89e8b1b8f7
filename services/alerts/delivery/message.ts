import { alertPage } from '#lib/alerts/alert-page.ts'
import type { Mail } from '#services/clients/mail/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toAlertView } from '../alert-view.ts'
import { OPERATOR } from '../schemas.ts'
import type { AlertRow } from '../store.ts'
import type { Consignment } from './store.ts'

/** What a webhook is posted: the same text at each repeat. */
export function webhookBodyOf({ delivery, alert }: Consignment): string {
  const { readAt: _, resolvedAt: __, ...told } = toAlertView(alert)
  return JSON.stringify({ id: delivery.id, type: 'alert', alert: told })
}

const pageOf = ({ account, audience }: AlertRow): string =>
  alertPage({ account, forOperator: audience === OPERATOR }) ?? '/alerts'

const SUBJECT_MAX = 120

const firstSentence = (text: string): string => {
  const end = text.search(/[.!?](\s|$)/)
  const first = end < 0 ? text : text.slice(0, end)
  return first.length <= SUBJECT_MAX ? first : `${first.slice(0, SUBJECT_MAX - 1)}…`
}

export function mailOf({ env }: Pick<ServiceContext, 'env'>, { delivery, alert, channel }: Consignment): Mail {
  const lines = [
    alert.sentence,
    '',
    `${env.app.url}${pageOf(alert)}`,
    '',
    `${alert.createdAt.toISOString().replace('T', ' ').slice(0, 16)} UTC · ${alert.id}`,
    `You asked for these mails at ${env.app.url}/alerts, where you can end them.`,
  ]
  const subject = `FlareFlow: ${firstSentence(alert.sentence)}`
  return { id: delivery.id, to: channel.target, subject, text: `${lines.join('\n')}\n` }
}

/** The question whether the reader wants the alerts; nothing else is sent before it is answered. */
export const confirmationMail = (
  { env }: Pick<ServiceContext, 'env'>,
  channel: { readonly id: string; readonly target: string; readonly audience: string },
  word: string,
): Mail => ({
  id: channel.id,
  to: channel.target,
  subject: 'FlareFlow: confirm this mail address',
  text: [
    `The Flow account ${channel.audience} wants its FlareFlow alerts to be sent to this address.`,
    '',
    'If that is you, open this page within a day and confirm it:',
    `${env.app.url}/alerts/confirm?word=${word}`,
    '',
    'If not, do nothing: you will get no further mail.',
    '',
  ].join('\n'),
})
