import { z } from "zod";
import { parsePath, parseTemplate } from "../text-template.ts";
import { count, secret, target, urlPath } from "./common.ts";

const thinkingLevel = () => z.enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"]);

/** Text with places such as `{{repository.name}}`; one that is misspelt is told before anything comes in. */
const template = () =>
  z
    .string()
    .min(1)
    .superRefine(readBy(parseTemplate))
    .meta({ examples: ["Push to {{repository.name}}"] });

const oneValue = () => z.union([z.string(), z.number(), z.boolean()]);

const whenSchema = z
  .record(z.string(), z.union([oneValue(), z.array(oneValue()).min(1)]))
  .superRefine((when, context) => {
    for (const path of Object.keys(when)) readBy(parsePath)(path, context);
  })
  .default({});

const signatureSchema = z.strictObject({
  scheme: z
    .enum(["github", "stripe"])
    .describe("`github`: the header X-Hub-Signature-256. `stripe`: the header Stripe-Signature."),
  secret: secret().describe("What the sender signs with, as its settings show it."),
  toleranceSeconds: count()
    .default(300)
    .describe("`stripe`: how old a signature may be, and how far its clock may be from ours."),
});

/** What becomes of what comes in, wherever it comes in. */
const wishes = {
  agent: z
    .string()
    .min(1)
    .optional()
    .describe("Who is asked. Default: the agent that no binding is needed for."),
  to: target().optional().describe("Where the answer goes; the owner's chat when omitted."),
};

const mappingSchema = z
  .strictObject({
    ...wishes,
    enabled: z.boolean().default(true).describe("Whether this address is served."),
    token: secret().optional().describe("A token of its own, in place of `hooks.token`."),
    signature: signatureSchema.optional().describe("The sender signs what it sends; it shows no token then."),
    action: z
      .enum(["agent", "wake"])
      .default("agent")
      .describe(
        "`agent`: a conversation of its own. `wake`: said to the agent in the chat where it would answer.",
      ),
    when: whenSchema.describe(
      'Only bodies with these values, such as `{ "action": ["opened", "reopened"] }`; others are taken and ignored.',
    ),
    task: z
      .string()
      .min(1)
      .optional()
      .describe(
        "What the agent is to do with what came in, in your words. What came in is never an order to it.",
      ),
    message: template()
      .optional()
      .describe(
        "What the agent reads of it: text with places such as `{{commits[0].message}}`. All of it when omitted.",
      ),
    session: template()
      .optional()
      .describe(
        "Bodies with the same text here share a conversation, such as `issue-{{issue.number}}`. Afresh when omitted.",
      ),
    deliver: z.boolean().default(true).describe("Whether the answer is sent to a chat, or only kept."),
    model: z.string().min(1).optional().describe("The model for it; the agent's own when omitted."),
    thinkingLevel: thinkingLevel().optional().describe("How long the model thinks."),
    timeoutSeconds: count().max(86_400).optional().describe("It is stopped after this long."),
  })
  .refine(({ token, signature }) => token === undefined || signature === undefined, {
    path: ["token"],
    error: "is not needed beside `signature`: whoever signs shows no token",
  });

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
/** Addresses that are always there. */
const TAKEN = new Set(["wake", "agent"]);

/** `hooks`: webhooks, with which other programs reach the agent. */
export const hooksSchema = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether webhooks are served."),
  token: secret()
    .optional()
    .describe(
      "What a caller shows. Made, and kept in a file of its own, when omitted; `pi-gw token show --hooks` prints it.",
    ),
  path: urlPath()
    .default("/hooks")
    .describe("Where the webhooks live: `/hooks/wake`, `/hooks/agent` and yours."),
  ...wishes,
  allowedAgents: z
    .array(z.string().min(1))
    .optional()
    .describe("Whom a caller may ask by `agentId`. Every agent when omitted."),
  allowedSessions: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Names of conversations that a caller may choose by `sessionKey`; `*` at the end stands for any ending. None when empty.",
    ),
  allowedTargets: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Chats that a caller may name by `to`, besides the owner's and those that the agent has a conversation in; `*` at the end stands for any ending.",
    ),
  rateLimit: z
    .strictObject({
      perMinute: count().default(120).describe("Requests that one source may make in a minute."),
      burst: count().default(60).describe("So many of them at once."),
    })
    .prefault({})
    .describe("More than that is answered with 429 and when to come again."),
  mappings: z
    .record(z.string(), mappingSchema)
    .superRefine(checkNames)
    .default({})
    .describe("Your own addresses, by name: `github` is served at `/hooks/github`."),
});

function checkNames(mappings: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const name of Object.keys(mappings)) {
    const problem = TAKEN.has(name)
      ? "this address has a meaning of its own; choose another name"
      : NAME.test(name)
        ? undefined
        : "expected a name of letters, digits, -, _ and .";
    if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem });
  }
}

/** A check that passes on what a reader has to say. */
function readBy(read: (text: string) => unknown) {
  return (text: string, context: z.RefinementCtx): void => {
    try {
      read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    }
  };
}
