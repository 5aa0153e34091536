import { agentIds, entryOf, isAgent, workspaceOf } from "../core/agent-list.ts";
import { type AgentResources, missingAmong, resourcesOf } from "../core/agent-resources.ts";
import type { Routed } from "../core/bindings.ts";
import type { Config } from "../core/config-schema.ts";
import { childOf } from "../core/config-shape.ts";
import { RequestError } from "../core/errors.ts";
import { modelWishOf } from "../core/launch-profile.ts";
import type { Address, Scope } from "../core/message.ts";
import { parseSessionKey, readSessionKey } from "../core/session-key.ts";
import { explainRoute } from "../core/session-router.ts";
import { stateLayout } from "../core/state-dir.ts";
import { parseTarget, type Target } from "../core/target.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";

export interface RouteOptions extends ConfigOptions {
  /** The sender's id. */
  readonly from?: string;
  readonly guild?: string;
  /** Ids with commas between them. */
  readonly roles?: string;
}

/**
 * `pi-gw route explain`: which agent, role and session a message in `target` would reach, every rule that was tried,
 * and what its pi is given. Needs the configuration only, and no running gateway.
 */
export async function explainRouteTo(target: string, options: RouteOptions): Promise<ExitCode> {
  const { config } = loadHere(options);
  for (const line of await explanationOf(target, options, config)) console.log(line);
  return EXIT.ok;
}

async function explanationOf(
  target: string,
  options: RouteOptions,
  config: Config,
): Promise<readonly string[]> {
  const message = messageIn(target, options, config);
  if (message.agent !== undefined && !isAgent(config, message.agent)) {
    const there = agentIds(config).join(", ");
    throw new RequestError("NOT_FOUND", `There is no agent "${message.agent}". There are: ${there}.`);
  }
  const route = explainRoute(config, message);
  const { agent, role, session, why } = route;
  const { wanted, thinkingLevel } = modelWishOf(config, agent);
  const { name } = entryOf(config, agent) ?? {};
  const workspace = workspaceOf(config, agent, stateLayout(config.gateway.stateDir).workspace);
  return [
    `A message in ${target} reaches`,
    row("agent", name === undefined ? agent : `${agent} (${name})`),
    row("role", role ?? "none"),
    row("session", session),
    row("model", wanted.length === 0 ? "pi's own default" : wanted.join(", else ")),
    row("thinking", thinkingLevel ?? "pi's own default"),
    "",
    "Why",
    ...why.map((line) => `  - ${line}`),
    "",
    "What its pi gets, first first",
    row("workspace", workspace),
    ...(await resourceLines(resourcesOf(config, { agent, role }))),
  ];
}

const row = (name: string, value: string) => `  ${name.padEnd(12)}${value}`;

async function resourceLines(resources: AgentResources): Promise<readonly string[]> {
  const { skills, promptTemplates, extensions, appendSystemPrompt } = resources;
  const kinds = { skills, templates: promptTemplates, extensions, prompt: appendSystemPrompt };
  const missing = await missingAmong(Object.values(kinds).flat());
  return Object.entries(kinds).flatMap(([name, paths]) => {
    if (paths.length === 0) return [row(name, "none of its own")];
    return paths.map((one, index) => {
      const mark = missing.has(one.path) ? ", does not exist: left out" : "";
      return row(index === 0 ? name : "", `${one.path} (${one.key}${mark})`);
    });
  });
}

function messageIn(target: string, { from, guild, roles }: RouteOptions, config: Config): Routed {
  const { address, agent } = placeIn(target);
  const id = from ?? address.chat;
  const role = roleOfChat(config.channels, address, guild);
  const within = {
    ...(guild === undefined ? {} : { guild }),
    ...(roles === undefined ? {} : { roles: roles.split(",").map((one) => one.trim()) }),
  };
  return {
    address,
    sender: { id, name: id, isBot: false, isSelfNamed: address.channel === "webchat" },
    within,
    ...(agent === undefined ? {} : { agent }),
    ...(role === undefined ? {} : { role }),
  };
}

/** A key names the agent too; a target only the chat. */
function placeIn(text: string): { readonly address: Address; readonly agent?: string } {
  const name = parseSessionKey(text);
  if (name) return name;
  if (readSessionKey(text)) {
    throw new RequestError(
      "BAD_REQUEST",
      `${text} is shared by several chats: name one of them, such as telegram:123.`,
    );
  }
  return { address: addressIn(parseTarget(text)) };
}

function addressIn(target: Target): Address {
  const { channel, account, chat, topic, thread } = target;
  if (topic !== undefined) return { channel, account, scope: "topic", chat, thread: topic };
  if (thread !== undefined) return { channel, account, scope: "thread", chat, thread };
  return { channel, account, scope: target.scope ?? likelyScope(target), chat };
}

/** What an id alone is, as the platforms number their chats. */
function likelyScope({ channel, chat }: Target): Scope {
  if (channel === "discord") return "channel";
  return chat.startsWith("-") || chat.startsWith("oc_") ? "group" : "dm";
}

/** The role that a channel's own section gives to a chat, or to a place in it. */
function roleOfChat(channels: Config["channels"], address: Address, guild?: string): string | undefined {
  if (address.scope === "dm") return undefined;
  const section = channels[address.channel];
  const account = childOf(childOf(section, "accounts"), address.account);
  const own = (key: string) => childOf(account, key) ?? childOf(section, key);
  const places = [...placesInGuild(own("guilds"), address, guild), ...placesInGroup(own("groups"), address)];
  return places.map((place) => childOf(place, "role")).find((role) => typeof role === "string");
}

/** What is said of a topic and its group, the closest first. */
function placesInGroup(groups: unknown, { chat, thread }: Address): readonly unknown[] {
  // People write a group's id in several ways.
  const names = [chat, chat.replace(/^-100/, ""), chat.replace(/^-/, "")];
  const group = sectionIn(groups, names);
  return [...(thread === undefined ? [] : [sectionIn(childOf(group, "topics"), [thread])]), group];
}

/** What is said of a thread, its channel and their server, the closest first. */
function placesInGuild(guilds: unknown, { chat, thread }: Address, guild?: string): readonly unknown[] {
  if (guild === undefined) return [];
  const server = sectionIn(guilds, [guild]);
  const rooms = childOf(server, "channels");
  return [...(thread === undefined ? [] : [childOf(rooms, thread)]), sectionIn(rooms, [chat]), server];
}

/** The section of one of these ids, else that of all others. */
function sectionIn(sections: unknown, ids: readonly string[]): unknown {
  return [...ids, "*"].map((id) => childOf(sections, id)).find((found) => found !== undefined);
}
