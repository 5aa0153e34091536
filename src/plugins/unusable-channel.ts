import type { Channel, ChannelStatus, Finding } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { MessageRef } from "../core/message.ts";
import { accountTitle } from "../lib/account-title.ts";

/** Why an account cannot run, and what to do about it. */
export interface Unusable {
  readonly problem: string;
  readonly fix: string;
}

/**
 * Stands for an account that lacks what it needs, such as its token: people who look for it read why it does not
 * run, and everything else does.
 */
export class UnusableChannel implements Channel {
  readonly name: string;
  readonly account: string;
  readonly capabilities = {
    text: { limit: 4000 },
    pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
    nonceWindowMs: 0,
  };
  readonly #why: Unusable;
  readonly #sinceMs: number;

  constructor(name: string, account: string, why: Unusable, sinceMs: number) {
    this.name = name;
    this.account = account;
    this.#why = why;
    this.#sinceMs = sinceMs;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async send(): Promise<MessageRef> {
    throw new ChannelError("unauthorized", `the account ${this.account} does not run: ${this.#why.problem}`);
  }

  status(): ChannelStatus {
    return { state: "failed", sinceMs: this.#sinceMs, lastError: this.#why.problem };
  }

  async findings(): Promise<readonly Finding[]> {
    const subject = accountTitle(this.name, this.account);
    const { problem, fix } = this.#why;
    return [{ level: "warning", subject, text: `does not run: ${problem}`, fix }];
  }
}
