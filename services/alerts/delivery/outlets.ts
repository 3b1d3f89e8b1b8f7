import { createMailer, type Mailer } from '#services/clients/mail/index.ts'
import { createGuardedFetch, type GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import { postWebhook } from '#services/clients/webhook/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { webhookSecret } from '../channels/channel-secret.ts'
import { OPERATOR } from '../schemas.ts'
import { mailOf, webhookBodyOf } from './message.ts'
import type { Consignment } from './store.ts'

/** How a try went; `status` is the receiver's answer, null when there was none. */
export interface TryOutcome {
  readonly delivered: boolean
  readonly status: number | null
  readonly error: string | null
}

interface Ports {
  readonly customers: GuardedFetch
  readonly operator: GuardedFetch
  readonly mailer: Mailer | null
}

/** One set for each configuration that lives: they keep connections for a moment. */
const opened = new WeakMap<ServiceContext['env'], Ports>()

function portsOf({ env }: ServiceContext): Ports {
  const known = opened.get(env)
  if (known) return known
  const ports = {
    customers: createGuardedFetch({ reach: env.alerts.allowPrivateWebhooks ? 'loopback' : 'public' }),
    // Its address stands in the settings: it may be a part of the operator's own network.
    operator: createGuardedFetch({ reach: 'anywhere' }),
    mailer: env.alerts.mail ? createMailer(env.alerts.mail) : null,
  }
  opened.set(env, ports)
  return ports
}

/** Carries a consignment to its channel, once. Never throws: what went wrong is in the outcome. */
export function tryDelivery(ctx: ServiceContext, consignment: Consignment): Promise<TryOutcome> {
  const { channel, delivery } = consignment
  const { customers, operator } = portsOf(ctx)
  if (channel.kind === 'email') return sendMail(ctx, mailOf(ctx, consignment))
  const isOperators = channel.audience === OPERATOR
  const secret = isOperators ? ctx.env.alerts.operatorWebhook?.secret : webhookSecret(ctx, channel.id)
  if (!secret) return Promise.resolve(unsent('The operator’s webhook has no secret any more.'))
  const signed = { id: delivery.id, body: webhookBodyOf(consignment), secret, sentAt: ctx.clock() }
  return postWebhook(isOperators ? operator : customers, channel.target, signed)
}

/** The same for a mail of any kind. */
export function sendMail(ctx: ServiceContext, mail: Parameters<Mailer['send']>[0]): Promise<TryOutcome> {
  const { mailer } = portsOf(ctx)
  return mailer ? mailer.send(mail) : Promise.resolve(unsent('This installation sends no mail any more.'))
}

const unsent = (error: string): TryOutcome => ({ delivered: false, status: null, error })
