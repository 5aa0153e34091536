/** What people take for one character, however many code points it has. */
const GRAPHEMES = new Intl.Segmenter();
/** Behind these a line may go on in the next message. */
const BREAK = /[\s\u3001\u3002\uff01\uff0c\uff1b\uff1f]/;
/** What opens or closes something: the same mark twice, or a bracket and what stands behind it. */
const MARK = /`+|\*\*|__|~~|\|\||\[|\](?:\([^\s()]*(?:\([^\s()]*\)[^\s()]*)*\)?)?/y;

/**
 * Where to cut a line of which at most `most` UTF-16 units fit: behind a word outside of all marks if there is
 * such a place behind `least`, else behind any word, else between two characters. Never at its start.
 */
export function cutLine(line: string, least: number, most: number): number {
  if (most >= line.length) return line.length;
  const { outside, anywhere } = lastBreaks(line, most);
  if (outside > least) return outside;
  return anywhere > least ? anywhere : betweenCharacters(line, Math.max(1, most));
}

function lastBreaks(line: string, most: number): { outside: number; anywhere: number } {
  const open: string[] = [];
  let outside = 0;
  let anywhere = 0;
  for (let at = 0; at < most;) {
    MARK.lastIndex = at;
    const mark = MARK.exec(line)?.[0];
    if (mark !== undefined) passMark(mark, open);
    else if (BREAK.test(line.charAt(at))) {
      anywhere = at + 1;
      if (open.length === 0) outside = at + 1;
    }
    at += mark?.length ?? 1;
  }
  return { outside, anywhere };
}

function passMark(mark: string, open: string[]): void {
  const last = open.at(-1);
  // In code nothing but its end means anything.
  if (last?.startsWith("`") && last !== mark) return;
  if (last === (mark.startsWith("]") ? "[" : mark)) open.pop();
  else if (!mark.startsWith("]")) open.push(mark);
}

function betweenCharacters(line: string, most: number): number {
  const at = GRAPHEMES.segment(line).containing(most)?.index ?? most;
  if (at > 0) return at;
  // One character that is longer than a message.
  return most > 1 && !line.slice(0, most).isWellFormed() ? most - 1 : most;
}
