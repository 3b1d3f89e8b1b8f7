/** What the person is doing with the wallet right now in this tab, so that it isn't mistaken for a switch. */
export const walletIntent = { connecting: false, leaving: false }
