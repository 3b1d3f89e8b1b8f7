import { expect, test } from 'vitest'
import { normalEmail } from '#lib/accounts/normal-email.ts'

test.each([
  ['Jo.Doe+promo@Gmail.com', 'jodoe@gmail.com'],
  ['j.o.d.o.e@googlemail.com', 'jodoe@gmail.com'],
  ['Jo.Doe+2@example.org', 'jo.doe@example.org'],
  ['  jo@example.org ', 'jo@example.org'],
  ['ｊｏ@example.org', 'jo@example.org'],
  ['"a@b"@example.org', '"a@b"@example.org'],
])('%s reaches the mailbox %s', (address, mailbox) => {
  expect(normalEmail(address)).toBe(mailbox)
})

test.each(['', '@', 'jo', 'jo@', '@example.org', '+tag@example.org', 'jo@nowhere', 'jo@ex ample.org'])(
  '%j is no address',
  (address) => {
    expect(normalEmail(address)).toBeNull()
  },
)
