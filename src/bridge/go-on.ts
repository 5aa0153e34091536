/**
 * Loaded into pi where models may fail over: a command after which the conversation is answered from where it
 * stands. The message that pi needs for that is ours, and no model sees it; what a failed model left behind, pi
 * leaves out by itself. So neither the question nor what tools have done stands there twice.
 */

const COMMAND = "pi-gateway-go-on";
const TYPE = "pi-gateway/go-on";

interface Message {
  readonly role: string;
  readonly customType?: string;
}

interface SystemMessage extends Message {
  readonly toolsAdded?: unknown;
  readonly toolsRemoved?: unknown;
}

interface PiContext {
  getSystemPrompt(): string;
}

interface ContextEvent {
  readonly messages: readonly Message[];
}

type Changed = { readonly messages: readonly Message[] } | undefined;

interface PiApi {
  on(event: "context", listener: (event: ContextEvent) => Changed): void;
  on(event: "context_with_system", listener: (event: ContextEvent, ctx: PiContext) => Changed): void;
  on(event: "agent_start" | "agent_settled", listener: (event: object, ctx: PiContext) => void): void;
  registerCommand(
    name: string,
    command: { readonly description: string; readonly handler: () => Promise<void> },
  ): void;
  sendMessage(message: object, options: { readonly triggerTurn: boolean }): void;
}

const isOurs = ({ role, customType }: Message) => role === "custom" && customType === TYPE;

export default function goOn(pi: PiApi): void {
  /** What the run that failed was told; since 0.86 pi forgets with a run what hooks have added to it. */
  let prompt: string | undefined;
  let goesOn = false;

  pi.on("agent_start", (_event, ctx) => {
    if (!goesOn) prompt = ctx.getSystemPrompt();
  });
  pi.on("agent_settled", () => {
    goesOn = false;
  });
  pi.on("context", ({ messages }) =>
    messages.some(isOurs) ? { messages: messages.filter((message) => !isOurs(message)) } : undefined,
  );
  pi.on("context_with_system", ({ messages }, ctx) =>
    goesOn && prompt !== undefined && prompt !== ctx.getSystemPrompt()
      ? { messages: withPrompt(prompt, messages) }
      : undefined,
  );
  pi.registerCommand(COMMAND, {
    description: "Used by pi-gateway when a model has failed",
    async handler() {
      goesOn = true;
      // Not empty: a pi without this extension may show it to a model some day.
      const content = "Please answer: the model that was asked before could not.";
      pi.sendMessage({ customType: TYPE, content, display: false }, { triggerTurn: true });
    },
  });
}

/** The messages with `prompt` in place of what system messages say; which tools there are, they still say. */
function withPrompt(prompt: string, messages: readonly Message[]): readonly Message[] {
  const head = messages.findIndex(({ role }) => role === "system");
  return messages.flatMap((message, at) => {
    if (message.role !== "system") return [message];
    const { toolsAdded, toolsRemoved }: SystemMessage = message;
    const plain = { ...message, content: at === head ? prompt : "", sections: undefined };
    return at === head || toolsAdded !== undefined || toolsRemoved !== undefined ? [plain] : [];
  });
}
