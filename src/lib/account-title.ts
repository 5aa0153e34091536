/** What findings call an account of a channel: `telegram`, or `telegram/second` where it is not the only one. */
export function accountTitle(channel: string, account: string): string {
  return account === "default" ? channel : `${channel}/${account}`;
}
