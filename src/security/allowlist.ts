import type { AccessLedger } from "../core/access.ts";
import type { AccessRules, GroupRules } from "../core/chat-settings.ts";
import type { Channel } from "../core/channel.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { Logger } from "../lib/logger.ts";
import type { Access, AccessControl } from "./access-control.ts";
import type { PairingDesk } from "./pairing.ts";
import { Refusals } from "./refusals.ts";

export interface AllowlistDeps {
  /** The channel that can reach an address. */
  readonly channel: (to: Address) => Pick<Channel, "settings"> | undefined;
  readonly access: Pick<AccessLedger, "isAllowed">;
  readonly owners: Pick<Owners, "isNamed">;
  readonly pairing: Pick<PairingDesk, "request">;
  /** Lets an owner know of a group that nobody has listed under `key`. */
  readonly onUnlisted: (message: InboundMessage, key: string) => Promise<void>;
  readonly log: Logger;
}

type Actor = Parameters<AccessControl["mayAct"]>[0];

const ALLOWED: Access = { allowed: true };
const refused = (why: string): Access => ({ allowed: false, why });

/**
 * Access as the channels' settings have it: in private chats by policy, configured ids and approvals; in groups by
 * the group's own rules, which no approval opens. Who may talk on a channel without settings has shown a
 * credential at its door.
 */
export class Allowlist implements AccessControl {
  readonly #deps: AllowlistDeps;
  readonly #refusals: Refusals;

  constructor(deps: AllowlistDeps) {
    this.#deps = deps;
    this.#refusals = new Refusals(deps.log);
  }

  async check(message: InboundMessage): Promise<Access> {
    const access = await this.#decide(message);
    if (!access.allowed) this.#refusals.note(message, access);
    return access;
  }

  /** Whether the configuration or an owner has let this person in by name, not only a policy that admits anybody. */
  async isKnown(actor: Actor): Promise<boolean> {
    const { address, sender } = actor;
    if (!isPairable(actor)) return false;
    const listed = this.#deps.channel(address)?.settings?.(address).access.allowFrom ?? [];
    return listed.includes(sender.id) || this.#isApproved(actor);
  }

  async mayAct(actor: Actor): Promise<boolean> {
    const { address } = actor;
    const channel = this.#deps.channel(address);
    if (!channel) return false;
    const rules = channel.settings?.(address).access;
    if (!rules) return true;
    const { group } = rules;
    return group ? group.isOpen && this.#mayWriteIn(group, actor) : this.#admits(actor, rules);
  }

  async #decide(message: InboundMessage): Promise<Access> {
    const { address } = message;
    const channel = this.#deps.channel(address);
    if (!channel)
      return refused(`there is no channel ${address.channel} with the account ${address.account}`);
    const rules = channel.settings?.(address).access;
    if (!rules) return ALLOWED;
    return rules.group ? this.#inGroup(message, rules.group) : this.#inPrivate(message, rules);
  }

  async #inPrivate(message: InboundMessage, rules: AccessRules): Promise<Access> {
    if (await this.#admits(message, rules)) return ALLOWED;
    const { dmPolicy } = rules;
    const decides = `dmPolicy of ${sectionOf(message.address)} is "${dmPolicy}"`;
    if (dmPolicy === "disabled") return refused(decides);
    if (dmPolicy === "allowlist") {
      return refused(`${decides}, and neither allowlist nor allowFrom has the sender's id`);
    }
    if (!isPairable(message)) return refused(`${decides}, and only people of the platform are paired`);
    const answer = await this.#deps.pairing.request(message);
    if ("isIn" in answer) return ALLOWED;
    if ("why" in answer) return refused(`${decides}, and the sender ${answer.why}`);
    return { allowed: false, why: `${decides}, and the sender was told a code`, reply: answer.reply };
  }

  /** Whether somebody may write privately already. Looks into the store only where a policy asks for approval. */
  async #admits(actor: Actor, { dmPolicy, allowFrom }: AccessRules): Promise<boolean> {
    if (dmPolicy === "disabled") return false;
    if (dmPolicy === "open" || this.#isListed(actor, allowFrom)) return true;
    return dmPolicy === "pairing" && isPairable(actor) && (await this.#isApproved(actor));
  }

  async #inGroup(message: InboundMessage, group: GroupRules): Promise<Access> {
    const section = sectionOf(message.address);
    if (!group.isOpen) {
      const why = group.why ?? `the group is closed in ${section}`;
      if (group.unlistedIn !== undefined) await this.#deps.onUnlisted(message, group.unlistedIn);
      return refused(why);
    }
    if (!this.#mayWriteIn(group, message)) {
      return refused(
        `allowFrom and roles of the group in ${section} have neither the sender's id nor a role`,
      );
    }
    if (!group.requireMention || message.isForBot) return ALLOWED;
    const why = `requireMention of the group in ${section}: the bot was not named`;
    return { allowed: false, why, isOverheard: true };
  }

  #mayWriteIn({ allowFrom, allowRoles }: GroupRules, actor: Actor): boolean {
    if (!allowFrom && !allowRoles) return true;
    if (this.#isListed(actor, allowFrom ?? [])) return true;
    const { roles = [] } = actor.within ?? {};
    return allowRoles?.some((role) => roles.includes(role)) ?? false;
  }

  #isListed(actor: Actor, ids: readonly string[]): boolean {
    return ids.includes(actor.sender.id) || ids.includes(ANYBODY) || this.#deps.owners.isNamed(actor);
  }

  #isApproved({ address, sender }: Actor): Promise<boolean> {
    const { channel, account } = address;
    return this.#deps.access.isAllowed({ channel, account, senderId: sender.id });
  }
}

const ANYBODY = "*";

/** An approval is worth something only where the platform says who somebody is. */
const isPairable = ({ sender }: Actor) => !sender.isBot && !sender.isSelfNamed;

function sectionOf({ channel, account }: Address): string {
  return account === "default" ? `channels.${channel}` : `channels.${channel} (account ${account})`;
}
