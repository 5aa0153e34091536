import { Command, InvalidArgumentError } from "commander";
import manifest from "../../package.json";
import { addCron } from "./cron-commands.ts";
import { EXIT } from "./exit-codes.ts";
import type { GatewayOptions } from "./gateway.ts";
import type { ConfigOptions } from "./load-config.ts";
import type { PairingOptions } from "./pairing.ts";
import { reportError } from "./report-error.ts";
import type { RouteOptions } from "./route.ts";
import type { SendOptions } from "./send.ts";
import { startedAs } from "./started-as.ts";
import type { TokenOptions } from "./token.ts";

/** Runs the command line `args` (without program and script) and resolves to the exit code. Never rejects. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const done: Done = (result) => {
    code = result;
  };
  const program = buildProgram(done);
  const run = async () => {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
  };
  try {
    if (mayMeanPlugin(program, args)) {
      const { withPluginCommands } = await import("./plugin-commands.ts");
      await withPluginCommands(program, args, done, run);
    } else await run();
    return code;
  } catch (error) {
    return reportError(error, args.includes("--verbose"));
  }
}

/** Each command's file is loaded only when it runs: `send` needs no pool, and `--version` needs nothing. */
function buildProgram(done: Done): Command {
  const name = startedAs();
  const program = new Command(name)
    .description(manifest.description)
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError(`Run "${name} --help" to see what there is.`);
  addGateway(program, done);
  addDoctor(program, done);
  addConfig(program, done);
  addToken(program, done);
  addSend(program, done);
  addQueue(program, done);
  addCron(program, done, common);
  addPairing(program, done);
  addPlugin(program, done);
  addRoute(program, done);
  return program;
}

type Done = (code: number) => void;

/** A name that is none of ours may be a plugin's, and the help shows all. */
function mayMeanPlugin(program: Command, [first]: readonly string[]): boolean {
  if (first === undefined || ["help", "--help", "-h"].includes(first)) return true;
  return !first.startsWith("-") && !program.commands.some((command) => command.name() === first);
}

function addGateway(program: Command, done: Done): void {
  common(program.command("gateway").description("start the gateway and keep it running"))
    .option("--port <number>", "listen on this port; 0 lets the system choose", toPort)
    .action(async (options: GatewayOptions) => {
      const { runGateway } = await import("./gateway.ts");
      done(await runGateway(options));
    });
}

function addDoctor(program: Command, done: Done): void {
  common(
    program.command("doctor").description("check what the gateway needs, and say how to fix what is wrong"),
  ).action(async (options: ConfigOptions) => {
    const { runDoctor } = await import("./doctor.ts");
    done(await runDoctor(options));
  });
}

function addConfig(program: Command, done: Done): void {
  const config = program.command("config").description("look at the configuration");
  common(config.command("show").description("print the configuration in force, secrets hidden")).action(
    async (options: ConfigOptions) => {
      const { showConfig } = await import("./show-config.ts");
      done(await showConfig(options));
    },
  );
}

function addToken(program: Command, done: Done): void {
  const token = program.command("token").description("the token that lets clients in");
  const which = (command: Command) =>
    common(command).option("--hooks", "the token of the webhooks instead of the gateway's");
  which(token.command("show").description("print the token, on a terminal only")).action(
    async (options: TokenOptions) => {
      const { showToken } = await import("./token.ts");
      done(await showToken(options));
    },
  );
  which(token.command("rotate").description("replace the generated token")).action(
    async (options: TokenOptions) => {
      const { rotateToken } = await import("./token.ts");
      done(await rotateToken(options));
    },
  );
}

function addSend(program: Command, done: Done): void {
  common(program.command("send").description("say something in a chat, through the running gateway"))
    .requiredOption("--to <target>", "where to: channel:chat, such as webchat:my-notes")
    .requiredOption("--message <text>", "what to say, as Markdown")
    .action(async (options: SendOptions) => {
      const { sendMessage } = await import("./send.ts");
      done(await sendMessage(options));
    });
}

function addQueue(program: Command, done: Done): void {
  const queue = program
    .command("queue")
    .description("messages to chats that are on their way, or were given up");
  common(queue.command("list").description("each with its chat, its state, and what went wrong")).action(
    async (options: ConfigOptions) => {
      const { listQueue } = await import("./queue.ts");
      done(await listQueue(options));
    },
  );
  common(queue.command("retry").description("try again what was given up"))
    .argument("<key>", "which one, as the list names it; `all` for all that were given up")
    .action(async (key: string, options: ConfigOptions) => {
      const { retryQueued } = await import("./queue.ts");
      done(await retryQueued(key, options));
    });
  common(queue.command("drop").description("forget a message: nobody will read it"))
    .argument("<key>", "which one, as the list names it; `all` for all that were given up")
    .action(async (key: string, options: ConfigOptions) => {
      const { dropQueued } = await import("./queue.ts");
      done(await dropQueued(key, options));
    });
}

function addRoute(program: Command, done: Done): void {
  const route = program.command("route").description("which agent answers where");
  common(route.command("explain").description("say who would answer a message, in which session, and why"))
    .argument("<target>", "the chat, such as telegram:-100123456789:topic:7, or a session key")
    .option("--from <sender>", "who writes: their id; in a private chat the chat's own id when omitted")
    .option("--guild <id>", "the server or workspace that the chat is in")
    .option("--roles <ids>", "the sender's roles there, with commas between them")
    .action(async (target: string, options: RouteOptions) => {
      const { explainRouteTo } = await import("./route.ts");
      done(await explainRouteTo(target, options));
    });
}

function addPairing(program: Command, done: Done): void {
  const pairing = program
    .command("pairing")
    .description("strangers who ask to talk, and those who were let in");
  const withAccount = (command: Command) =>
    common(command).option("--account <name>", "the bot they wrote to, where the channel has several");
  withAccount(pairing.command("list").description("who is waiting, and who was let in"))
    .argument("[channel]", "only there")
    .action(async (channel: string | undefined, options: PairingOptions) => {
      const { listPairings } = await import("./pairing.ts");
      done(await listPairings(channel, options));
    });
  withAccount(pairing.command("approve").description("let somebody in, who is told"))
    .argument("<channel>", "where they wrote, such as telegram")
    .argument("<code>", "the code that they were told")
    .action(async (channel: string, code: string, options: PairingOptions) => {
      const { approvePairing } = await import("./pairing.ts");
      done(await approvePairing(channel, code, options));
    });
  withAccount(pairing.command("deny").description("refuse somebody, who is not told"))
    .argument("<channel>", "where they wrote, such as telegram")
    .argument("<code>", "the code that they were told")
    .action(async (channel: string, code: string, options: PairingOptions) => {
      const { denyPairing } = await import("./pairing.ts");
      done(await denyPairing(channel, code, options));
    });
  withAccount(pairing.command("revoke").description("take somebody off again who was let in"))
    .argument("<channel>", "where they were let in, such as telegram")
    .argument("<id>", "their id there, as `pairing list` shows it")
    .action(async (channel: string, id: string, options: PairingOptions) => {
      const { revokePairing } = await import("./pairing.ts");
      done(await revokePairing(channel, id, options));
    });
}

function addPlugin(program: Command, done: Done): void {
  const plugin = program.command("plugin").description("look at plugins, load them again, begin a new one");
  common(plugin.command("list").description("each plugin: what it adds, and why if it does not work")).action(
    async (options: ConfigOptions) => {
      const { listPlugins } = await import("./plugin.ts");
      done(await listPlugins(options));
    },
  );
  common(plugin.command("reload").description("load a plugin's files again, without a restart"))
    .argument("[id]", "which one; all of them when omitted")
    .action(async (id: string | undefined, options: ConfigOptions) => {
      const { reloadPlugins } = await import("./plugin.ts");
      done(await reloadPlugins(id, options));
    });
  common(
    plugin.command("new").description("write a small plugin that works, and name it in the configuration"),
  )
    .argument("<name>", "what it is called: small letters, digits and -")
    .action(async (name: string, options: ConfigOptions) => {
      const { newPlugin } = await import("./new-plugin.ts");
      done(await newPlugin(name, options));
    });
  plugin
    .command("types")
    .description("write the types that editors need beside a plugin, again after an update")
    .argument("[folder]", "where to; the working directory when omitted")
    .action(async (folder: string | undefined) => {
      const { writePluginTypes } = await import("./new-plugin.ts");
      done(await writePluginTypes(folder));
    });
  common(plugin.command("test").description("run the tests of a plugin"))
    .argument("[folder]", "the plugin's folder; the working directory when omitted")
    .action(async (folder: string | undefined) => {
      const { testPlugin } = await import("./test-plugin.ts");
      done(await testPlugin(folder));
    });
}

function common(command: Command): Command {
  return command
    .option("--config <file>", "use this configuration file")
    .option("--verbose", "show everything: debug log, stack traces");
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535.");
}
