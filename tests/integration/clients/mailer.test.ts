import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMailer, type Mailer } from '#services/clients/mail/index.ts'
import { headerOf, type MailReceiver, startMailReceiver } from '#tests/support/mail-receiver.ts'

let receiver: MailReceiver
let mailer: Mailer
beforeAll(async () => {
  receiver = await startMailReceiver()
  mailer = createMailer({ smtpUrl: receiver.url, from: 'FlareFlow <alerts@flareflow.example>' })
})
afterAll(async () => {
  mailer.close()
  await receiver.close()
})
beforeEach(() => {
  receiver.mails.length = 0
  receiver.answer = 250
})

const mail = { id: 'delivery_1', to: 'ann@customer.example', subject: 'Half of it — is used', text: 'Hello Ann.\n' }

test('a mail arrives with its subject and text', async () => {
  expect(await mailer.send(mail)).toEqual({ delivered: true, status: 250, error: null })
  const [received] = receiver.mails
  expect(received?.to).toEqual(['ann@customer.example'])
  expect(received?.raw).toContain('Hello Ann.')
  expect(headerOf(received ?? { to: [], raw: '' }, 'From')).toBe('FlareFlow <alerts@flareflow.example>')
})

test('the same mail sent again has the same Message-ID, another mail another one', async () => {
  await mailer.send(mail)
  await mailer.send(mail)
  await mailer.send({ ...mail, id: 'delivery_2' })
  const [first, again, other] = receiver.mails.map((each) => headerOf(each, 'Message-ID'))
  expect(first).toMatch(/^<[0-9a-f]{40}@flareflow\.example>$/)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a refusal is told by its code alone', async () => {
  receiver.answer = 550
  expect(await mailer.send(mail)).toEqual({ delivered: false, status: 550, error: 'The mail server answered 550.' })
})

test('a server that is away is told as such', async () => {
  const lost = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.example' })
  expect(await lost.send(mail)).toEqual({ delivered: false, status: null, error: "The mail server can't be reached." })
  lost.close()
})

test('a line break in a subject or an address adds no header and no recipient', async () => {
  await mailer.send({ ...mail, subject: 'Hello\r\nBcc: eve@attacker.example' })
  await mailer.send({ ...mail, to: 'ann@customer.example\r\nBcc: eve@attacker.example' })
  for (const received of receiver.mails) {
    expect(received.to.filter((address) => address.includes('eve'))).toEqual([])
    expect(headerOf(received, 'Bcc')).toBeUndefined()
  }
})
