import { Notice } from '#components/ui/notice.tsx'
import { ConnectButton } from './connect-button.client.tsx'

/** Instead of a page that belongs to an account. */
export function SignInPrompt({ what }: { what: string }) {
  return (
    <Notice title={`Connect your wallet to see ${what}.`} actions={<ConnectButton />}>
      You sign one message to prove that the account is yours. It moves nothing and costs nothing.
    </Notice>
  )
}
