import { z } from "zod";

const commandName = () => z.string().regex(/^[^\s/]+$/, "expected a name without a slash, such as new");

/** Names of ours are in lower case, however somebody writes them. */
const ourName = () => commandName().toLowerCase();

/** `commands`: what people can do in a chat with a word behind a slash. */
export const commandsSchema = z.strictObject({
  prefix: z
    .string()
    .regex(/^[^\s\p{L}\p{N}]{1,3}$/u, "expected one to three signs, such as / or !")
    .default("/")
    .describe("What a command begins with."),
  allow: z
    .union([
      z.enum(["all", "none"], { error: 'expected "all", "none" or a list of names such as "skill:weather"' }),
      z.array(commandName()),
    ])
    .optional()
    .describe(
      "Which of pi's own commands people may use: names such as `skill:weather` or `review`, for everybody who " +
        "may talk; `all` or `none`. When omitted: every skill and prompt template, for owners and people on the allowlist.",
    ),
  disabled: z
    .array(ourName())
    .default([])
    .describe("The gateway's or plugins' commands that are not offered."),
  ownerOnly: z.array(ourName()).default([]).describe("Commands that only owners may use."),
});
