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

interface PiApi {
  on(
    event: "context",
    listener: (event: { readonly messages: readonly Message[] }) => { messages: Message[] } | undefined,
  ): void;
  registerCommand(
    name: string,
    command: { readonly description: string; readonly handler: () => Promise<void> },
  ): void;
  sendMessage(message: object, options: { readonly triggerTurn: boolean }): void;
}

const isOurs = ({ role, customType }: Message) => role === "custom" && customType === TYPE;

export default function goOn(pi: PiApi): void {
  pi.on("context", ({ messages }) =>
    messages.some(isOurs) ? { messages: messages.filter((message) => !isOurs(message)) } : undefined,
  );
  pi.registerCommand(COMMAND, {
    description: "Used by pi-gateway when a model has failed",
    async handler() {
      // Not empty: a pi without this extension may show it to a model some day.
      const content = "Please answer: the model that was asked before could not.";
      pi.sendMessage({ customType: TYPE, content, display: false }, { triggerTurn: true });
    },
  });
}
