import type { Command } from "../core/command.ts";
import type { Button } from "../core/message.ts";
import type { Session } from "../core/session.ts";
import { builtin, change, type Conversations } from "./conversation.ts";
import { rowsOf } from "./rows.ts";
import { asTyped } from "./typed.ts";
import type { CommandWords } from "./words.ts";

/** The models that people can choose from. */
export interface ModelShelf {
  /** Those that pi has credentials for, as `provider/id`; empty before the first pi is up. */
  list(): readonly string[];
  /** The model that `name` means, or the names that are most like it. */
  resolve(name: string): { readonly id: string } | { readonly nearest: readonly string[] };
  /** What would answer the next message of the conversation, as far as it is known. */
  currentOf(session: Pick<Session, "agent" | "role" | "model">): Promise<string | undefined>;
  /** How long a model can be told to think. */
  levelsOf(model: string | undefined): readonly string[];
}

/** A phone shows about this many lines. */
const MOST_LISTED = 30;
const MOST_BUTTONS = 12;
const PER_ROW = 2;

/** `/model`: what answers in this conversation, and what could. */
export function modelCommand(
  conversations: Pick<Conversations, "open" | "sessions">,
  models: ModelShelf,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("model", words, async (call) => {
    const said = words().model;
    if (call.args === "") {
      const session = await conversations.sessions.get(call.sessionKey);
      const current = await models.currentOf(session ?? call);
      const list = listed(current, session?.model !== undefined, models, prefix(), words());
      return call.reply(list, { buttons: buttonsFor(models, current) });
    }
    if (call.args.toLowerCase() === "default") {
      await change(call, { model: undefined }, conversations);
      return call.reply(said.reset(await models.currentOf(call)));
    }
    const chosen = chosenFrom(models, call.args);
    if ("nearest" in chosen) {
      return call.reply(said.notThere(asTyped(call.args), chosen.nearest, prefix()));
    }
    await change(call, { model: chosen.id }, conversations);
    await call.reply(said.set(chosen.id));
  });
}

const sorted = (models: ModelShelf) => models.list().toSorted();

/** By the number in the list, or by any name that the configuration would take. */
function chosenFrom(models: ModelShelf, wish: string): ReturnType<ModelShelf["resolve"]> {
  const numbered = /^\d{1,3}$/.test(wish) ? sorted(models)[Number(wish) - 1] : undefined;
  return numbered === undefined ? models.resolve(wish) : { id: numbered };
}

/** One press for what is chosen most often; the rest is in the list. */
function buttonsFor(models: ModelShelf, current: string | undefined): readonly (readonly Button[])[] {
  const offered = sorted(models).slice(0, MOST_BUTTONS);
  const names = offered.map(shortName);
  const labels = offered.map((id) => {
    const name = shortName(id);
    const label = names.filter((other) => other === name).length > 1 ? id : name;
    return { id: `/model ${id}`, label: id === current ? `✓ ${label}` : label };
  });
  return labels.length > 1 ? rowsOf(labels, PER_ROW) : [];
}

const shortName = (id: string) => id.slice(id.indexOf("/") + 1);

function listed(
  current: string | undefined,
  isChosen: boolean,
  models: ModelShelf,
  prefix: string,
  { model: said }: CommandWords,
): string {
  const head = current === undefined ? said.unknownYet : said.current(current, isChosen);
  const choices = sorted(models);
  const example = choices.find((name) => name !== current) ?? choices[0];
  if (example === undefined) return current === undefined ? head : `${head} ${said.none}`;
  const lines = choices
    .slice(0, MOST_LISTED)
    .map((name, at) => `${at + 1}. ${name === current ? `**${name}**` : name}`);
  const more = choices.length - lines.length;
  const list = [...lines, ...(more > 0 ? ["", said.more(more)] : [])].join("\n");
  return [head, said.available, list, said.howTo(prefix, example)].join("\n\n");
}
