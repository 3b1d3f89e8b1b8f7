'use client'

import type { WalletRequest } from '@onflow/fcl'
import { useEffect, useRef, useState } from 'react'
import type { DevAccount } from '#hooks/api-types.ts'
import { errorText } from '#hooks/wallet-error.ts'
import { AccountChoice } from './account-choice.tsx'
import { Approval } from './approval.tsx'
import { accountProofService, type WalletService, walletServices } from './services.ts'
import { accountOf, signAs } from './signing.ts'
import { WalletFrame } from './wallet-frame.tsx'

type Fcl = typeof import('@onflow/fcl')

interface DevWalletProps {
  service: WalletService
  accounts: DevAccount[]
}

/** By a page that waits for an answer; false when somebody typed the address. */
const isOpened = (): boolean => window.parent !== window || window.opener !== null

/** Speaks FCL's wallet protocol with the page that opened it, and with no other origin. */
export function DevWallet({ service, accounts }: DevWalletProps) {
  const [request, setRequest] = useState<WalletRequest | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const fcl = useRef<Fcl | null>(null)

  useEffect(() => {
    if (!isOpened()) return
    let gone = false
    void import('@onflow/fcl').then((module) => {
      if (gone) return
      fcl.current = module
      module.WalletUtils.ready((data, { origin }) => {
        if (origin !== location.origin) module.WalletUtils.decline('This wallet serves its own dashboard only')
        else setRequest(data)
      })
    })
    return () => {
      gone = true
    }
  }, [])

  const decline = (): void => fcl.current?.WalletUtils.decline('You declined in the wallet')
  const attempt = (run: (utils: Fcl['WalletUtils']) => Promise<unknown>) => async (): Promise<void> => {
    const utils = fcl.current?.WalletUtils
    if (!utils) return
    setFailure(null)
    await run(utils).catch((cause: unknown) => setFailure(errorText(cause)))
  }

  if (!request) {
    return (
      <WalletFrame title="Nothing to approve">
        <p className="mt-1 text-sm text-text-2">The dashboard opens this wallet when it needs it.</p>
      </WalletFrame>
    )
  }
  if (service === 'authn') {
    const choose = (account: DevAccount): Promise<void> =>
      attempt(async (utils) => utils.approve(await authnResponse(utils, account, request)))()
    return <AccountChoice accounts={accounts} failure={failure} onChoose={choose} onDecline={decline} />
  }
  const account = accountOf(accounts, request.body?.addr ?? request.body?.data?.addr ?? request.service?.data?.addr)
  const approve = attempt(async (utils) => {
    if (!account) throw new Error('The account is not one of this wallet’s. Nothing was signed.')
    const kind = service === 'authz' ? 'transaction' : 'user-message'
    utils.approve(await signAs(account.address, kind, request.body?.message ?? ''))
  })
  return (
    <Approval
      service={service}
      account={account}
      request={request}
      failure={failure}
      onApprove={approve}
      onDecline={decline}
    />
  )
}

async function authnResponse(utils: Fcl['WalletUtils'], account: DevAccount, request: WalletRequest): Promise<unknown> {
  const { address, keyIndex } = account
  const services = walletServices(location.origin, address, keyIndex)
  const { nonce, appIdentifier } = request.body ?? {}
  if (nonce && appIdentifier) {
    const message = utils.encodeAccountProof({ address, nonce, appIdentifier })
    services.push(accountProofService(address, nonce, await signAs(address, 'account-proof', message)))
  }
  return { f_type: 'AuthnResponse', f_vsn: '1.0.0', addr: address, services }
}
