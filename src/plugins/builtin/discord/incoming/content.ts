import type { APIEmbed, APIMessage, APIMessageSnapshotFields, APIPoll } from "discord-api-types/v10";
import { textOf } from "./mentions.ts";
import type { Places } from "./places.ts";

type Said = Partial<APIMessageSnapshotFields> &
  Partial<Pick<APIMessage, "poll" | "message_snapshots" | "author">> &
  Pick<APIMessage, "content">;

/** What a message says: its text, and in words what is no text. Empty for one that has files only. */
export function saidIn(message: Said, places: Places, guild: string | undefined): string {
  const text = textOf(message, places, guild).trim();
  const passedOn = (message.message_snapshots ?? []).map(({ message: snapshot }) =>
    saidIn({ ...snapshot, content: snapshot.content }, places, guild),
  );
  // Links of people get a preview, which says nothing that they said.
  const isOfProgram = message.author?.bot === true || text === "";
  return [
    text,
    ...passedOn,
    ...(message.sticker_items ?? []).map(({ name }) => `[sticker: ${name}]`),
    ...(message.poll ? [pollNote(message.poll)] : []),
    ...(isOfProgram ? (message.embeds ?? []).map(embedNote) : []),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function pollNote({ question, answers, results, expiry }: APIPoll): string {
  const votes = new Map(results?.answer_counts.map(({ id, count }) => [id, count]));
  const state = results?.is_finalized ? " (closed)" : expiry ? ` (until ${expiry})` : "";
  return [
    `[poll: ${question.text ?? ""}${state}]`,
    ...answers.map(({ answer_id: id, poll_media: { text, emoji } }) => {
      const label = [emoji?.name, text].filter(Boolean).join(" ");
      return `- ${label}${results ? `: ${votes.get(id) ?? 0}` : ""}`;
    }),
  ].join("\n");
}

function embedNote({ title, description, author, url, fields = [], footer }: APIEmbed): string {
  const head = [author?.name, title].filter(Boolean).join(": ") || url || "";
  const lines = [
    ...(description ? [description] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
    ...(footer ? [footer.text] : []),
  ];
  if (head === "" && lines.length === 0) return "";
  return [`[embed${head === "" ? "" : `: ${head}`}]`, ...lines].join("\n");
}
