/** How the gateway names messages to the model, behind what was said. */
const IDS = /\n\n\[message_ids?(?:, in order)?: [^\n]*\]$/;

/** What the measuring model answers, so that whoever asks knows the right answer. */
export function replyTo(prompt: string): { readonly text: string; readonly chunk: number } {
  const asked = prompt.trim().replace(IDS, "");
  const [, length, chunk] = /^say (\d+) (\d+)$/.exec(asked) ?? [];
  if (length === undefined || chunk === undefined) return { text: `echo: ${asked}`, chunk: 8 };
  return { text: filler(Number(length)), chunk: Number(chunk) };
}

/** `length` characters of numbered words, so that a part that is missing or doubled shows. */
function filler(length: number): string {
  let text = "";
  for (let word = 0; text.length < length; word += 1) text += `${word.toString(36).padStart(3, "0")} `;
  return `${text.slice(0, length - 1)}.`;
}
