import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import { badChoice, badLength, invalidForm, refused } from "../api-failure.ts";
import { answer, part, route, type Answer, type Fields, type Route, type Visit } from "./route.ts";

type CommandBody = RESTPostAPIChatInputApplicationCommandsJSONBody & { id?: string };

const FIELDS: Fields<
  CommandBody & { dm_permission: unknown; default_permission: unknown; handler: unknown }
> = {
  id: true,
  name: true,
  name_localizations: true,
  description: true,
  description_localizations: true,
  options: true,
  type: true,
  contexts: true,
  integration_types: true,
  default_member_permissions: true,
  default_permission: true,
  dm_permission: true,
  nsfw: true,
  handler: true,
};
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MOST_COMMANDS = 100;
const MOST_OPTIONS = 25;
const MOST_A_DAY = 200;
const DAY_MS = 86_400_000;
const QUERY = { query: ["with_localizations"] };
const GLOBAL = "/applications/:application/commands";
const OWN = "/applications/:application/guilds/:guild/commands";

/** Slash commands, for everywhere and for one server. */
export const commandRoutes: readonly Route[] = [GLOBAL, OWN].flatMap((base) => {
  const kind = base === GLOBAL ? "Global" : "Guild";
  return [
    route(`get${kind}Commands`, `GET ${base}`, (visit) => listOf(visit), QUERY),
    route<CommandBody[]>(`bulkOverwrite${kind}Commands`, `PUT ${base}`, overwrite, {
      fields: FIELDS as never,
    }),
    route<CommandBody>(`create${kind}Command`, `POST ${base}`, create, { fields: FIELDS }),
    route(`get${kind}Command`, `GET ${base}/:command`, (visit) => commandOf(visit)),
    route<Partial<CommandBody>>(
      `edit${kind}Command`,
      `PATCH ${base}/:command`,
      (visit) => {
        const { body, world } = visit;
        const known = commandOf(visit);
        const changed = readCommand(visit, { ...known, ...body } as CommandBody, known.id);
        save(visit, [
          ...listOf(visit).filter((each) => each !== known),
          { ...changed, version: world.ids.next() },
        ]);
        return changed;
      },
      { fields: FIELDS },
    ),
    route(`delete${kind}Command`, `DELETE ${base}/:command`, (visit) => {
      const known = commandOf(visit);
      save(
        visit,
        listOf(visit).filter((each) => each !== known),
      );
    }),
  ];
});

/** Makes names of commands be counted for a day. */
const createdAtMs = new WeakMap<object, number[]>();

function listOf(visit: Visit): APIApplicationCommand[] {
  return visit.bot.commands.get(placeOf(visit)) ?? [];
}

/** The server that the commands are for; "" is everywhere. */
function placeOf(visit: Visit): string {
  if (part(visit, "application") !== visit.bot.id) throw refused("unknownApplication");
  const id = visit.path["guild"];
  if (id === undefined) return "";
  if (!visit.world.guild(id)?.bots.has(visit.bot.id)) throw refused("missingAccess");
  return id;
}

function save(visit: Visit, commands: APIApplicationCommand[]): void {
  visit.bot.commands.set(placeOf(visit), commands);
  visit.bot.commandWrites += 1;
  visit.world.changed();
}

function commandOf(visit: Visit): APIApplicationCommand {
  const known = listOf(visit).find(({ id }) => id === part(visit, "command"));
  if (!known) throw refused("unknownCommand");
  return known;
}

function overwrite(visit: Visit<CommandBody[]>): APIApplicationCommand[] {
  const { body } = visit;
  if (!Array.isArray(body)) throw invalidForm("commands", "LIST_TYPE_CONVERT", "Only iterables may be used.");
  const before = listOf(visit);
  const commands = body.map((each, index) => {
    const known = before.find((command) => isSame(command, each));
    return readCommand(visit, each, known?.id, `${index}.`);
  });
  for (const [index, { name, type }] of commands.entries()) {
    if (commands.some((other, at) => at < index && other.name === name && other.type === type))
      throw invalidForm(
        `${index}`,
        "APPLICATION_COMMANDS_DUPLICATE_NAME",
        "Application command names must be unique",
      );
  }
  checkCount(commands);
  countNew(visit, commands.filter(({ id }) => !before.some((each) => each.id === id)).length);
  save(visit, commands);
  return commands;
}

function create(visit: Visit<CommandBody>): Answer {
  const before = listOf(visit);
  const known = before.find((command) => isSame(command, visit.body));
  const command = readCommand(visit, visit.body, known?.id);
  const commands = [...before.filter((each) => each !== known), command];
  checkCount(commands);
  if (!known) countNew(visit, 1);
  save(visit, commands);
  return answer(known ? 200 : 201, command);
}

function isSame(command: APIApplicationCommand, body: CommandBody): boolean {
  return command.name === body.name && command.type === (body.type ?? ApplicationCommandType.ChatInput);
}

function checkCount(commands: readonly APIApplicationCommand[]): void {
  const slash = commands.filter(({ type }) => type === ApplicationCommandType.ChatInput);
  if (slash.length > MOST_COMMANDS) throw refused("mostCommands");
}

function countNew(visit: Visit, count: number): void {
  const now = visit.world.clock.now();
  const recent = (createdAtMs.get(visit.bot) ?? []).filter((atMs) => atMs > now - DAY_MS);
  if (recent.length + count > MOST_A_DAY) throw refused("mostCommandsToday");
  createdAtMs.set(visit.bot, [...recent, ...Array.from({ length: count }, () => now)]);
}

function readCommand(
  { bot, world, path }: Visit,
  body: CommandBody,
  id: string | undefined,
  at = "",
): APIApplicationCommand {
  const type = body.type ?? ApplicationCommandType.ChatInput;
  if (type === ApplicationCommandType.ChatInput) {
    checkName(`${at}name`, body.name);
    checkDescription(`${at}description`, body.description);
  }
  checkOptions(`${at}options`, body.options ?? []);
  const { contexts, options, ...rest } = body;
  return {
    ...rest,
    id: id ?? world.ids.next(),
    application_id: bot.id,
    version: world.ids.next(),
    type,
    description: body.description ?? "",
    default_member_permissions: body.default_member_permissions ?? null,
    nsfw: body.nsfw ?? false,
    ...(options && options.length > 0 ? { options } : {}),
    ...(path["guild"] === undefined
      ? { contexts: contexts ?? null, integration_types: body.integration_types ?? [0] }
      : { guild_id: path["guild"] }),
  } as APIApplicationCommand;
}

function checkName(at: string, name: unknown): void {
  if (typeof name !== "string" || !NAME.test(name))
    throw invalidForm(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
  if (name !== name.toLowerCase())
    throw invalidForm(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name must be lowercase");
}

function checkDescription(at: string, description: unknown): void {
  if (typeof description !== "string" || description.length < 1 || description.length > 100)
    throw badLength(at, 1, 100);
}

function checkOptions(at: string, options: readonly APIApplicationCommandOption[]): void {
  if (options.length > MOST_OPTIONS) throw badLength(at, 0, MOST_OPTIONS);
  let isOptional = false;
  for (const [index, option] of options.entries()) {
    const here = `${at}.${index}`;
    checkName(`${here}.name`, option.name);
    checkDescription(`${here}.description`, option.description);
    if (!(option.type in ApplicationCommandOptionType))
      throw badChoice(`${here}.type`, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    if (option.required && isOptional)
      throw invalidForm(
        here,
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        "Required options must be placed before non-required options",
      );
    isOptional ||= !option.required;
    if ("choices" in option && (option.choices?.length ?? 0) > MOST_OPTIONS)
      throw badLength(`${here}.choices`, 0, MOST_OPTIONS);
    if ("options" in option) checkOptions(`${here}.options`, option.options ?? []);
  }
}
