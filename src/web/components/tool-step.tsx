import type { ToolStep } from "../state/conversation.ts";
import type { ToolContent } from "../wire/frames.ts";
import { strings } from "../text/strings.ts";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";

const SHOWN_CHARACTERS = 20_000;
const IMAGE = /^image\/(?:png|jpeg|gif|webp|avif)$/;

/** One tool at work: a line with what it does, and behind it what went in and came out. */
export const ToolLine = memo(({ step }: { step: ToolStep }) => {
  const { tool, params, result, isDone } = step;
  const state = !isDone ? "running" : result?.isError ? "failed" : "done";
  const label = { running: strings.toolRunning, failed: strings.toolFailed, done: strings.toolDone }[state];
  return (
    <details class={`tool tool-${state}`}>
      <summary>
        <span class="tool-dot" aria-hidden="true" />
        <span class="tool-name">{tool}</span>
        <span class="tool-gist" dir="auto">
          {gistOf(params)}
        </span>
        <span class={state === "failed" ? "tool-state" : "unseen"}>{label}</span>
        <Icon name="chevron" />
      </summary>
      <div class="tool-body">
        {params && Object.keys(params).length > 0 && (
          <Part title={strings.toolParams} text={JSON.stringify(params, null, 2)} />
        )}
        {result && <Result content={result.content} />}
      </div>
    </details>
  );
});

function Result({ content }: { content: readonly ToolContent[] }) {
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  const images = content.filter((part) => part.type === "image" && IMAGE.test(part.mimeType));
  return (
    <>
      <Part
        title={strings.toolResult}
        text={text.trim() || (images.length === 0 ? strings.toolNoResult : "")}
      />
      {images.map(
        (image, at) =>
          image.type === "image" && (
            <img key={at} class="tool-image" alt="" src={`data:${image.mimeType};base64,${image.data}`} />
          ),
      )}
    </>
  );
}

function Part({ title, text }: { title: string; text: string }) {
  if (!text) return null;
  const shown =
    text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}\n${strings.toolCut}` : text;
  return (
    <>
      <p class="tool-part">{title}</p>
      <pre tabIndex={0} role="group" aria-label={title} dir="auto">
        {shown}
      </pre>
    </>
  );
}

/** The parameter that says most: a command, a path, whatever comes first. */
function gistOf(params: Readonly<Record<string, unknown>> | undefined): string {
  if (!params) return "";
  const telling = ["command", "path", "file_path", "pattern", "query", "url"].map((name) => params[name]);
  const gist = [...telling, ...Object.values(params)].find(
    (value) => typeof value === "string" && value.trim(),
  );
  return typeof gist === "string" ? gist.trim().replaceAll(/\s+/g, " ").slice(0, 200) : "";
}
