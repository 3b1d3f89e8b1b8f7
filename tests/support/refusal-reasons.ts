/** Contracts' and transactions' sentences, each with the short name that the model has for its reason. */
const SENTENCES: ReadonlyArray<readonly [RegExp, string]> = [
  [/The account does not own it/, 'not_owner'],
  [/The capability was revoked|the copy is dead/, 'revoked'],
  [/there is no copy/, 'no_copy'],
  [/is not its provider/, 'not_provider'],
  [/The account is no oracle/, 'not_oracle'],
  [/The appointment acts from/, 'oracle_waits'],
  [/The account is not the admin's/, 'not_admin'],
  [/account has no seat at vault/, 'no_seat'],
  [/is no approver of vault/, 'seat_dead'],
  [/Nothing waits for this account/, 'nothing_waits'],
  [/unexpectedly found nil while forcing an Optional value/, 'nil_forced'],
  [/ is closed/, 'closed'],
  [/Cannot (deposit|withdraw|request|take back) 0 FLOW|The rate is 0|It is 0\./, 'zero'],
  [/Nothing was requested/, 'nothing_requested'],
  [/Cannot take back FLOW yet/, 'too_early'],
  [/Cannot take FLOW back for the owner/, 'owner_takes'],
  [/It was executed, replaced or dropped, or it expired/, 'no_proposal'],
  [/It has \d+ of \d+ approvals/, 'not_approved'],
  [/ twice! .* approved it/, 'approved_already'],
  [/needs none/, 'no_approvals'],
  [/The approvals required are/, 'policy_invalid'],
  [/Without approval only/, 'above_threshold'],
  [/FLOW! Only .* accrued/, 'above_accrued'],
  [/Cannot shorten the expiry so far/, 'expiry_too_soon'],
  [/The vault is paused from/, 'paused_already'],
  [/The vault is not paused/, 'not_paused'],
  [/It moves by more than a factor/, 'rate_jumps'],
  [/It is taken from .* now, not from/, 'other_source'],
  [/None is named/, 'no_source'],
  [/starts before the notice time/, 'no_notice'],
  [/is before the last published one's/, 'before_the_last'],
]

/** The reason of a refusal; a sentence that no rule foresees stands for itself. */
export const reasonOf = (sentence: string): string =>
  SENTENCES.find(([pattern]) => pattern.test(sentence))?.[1] ?? sentence
