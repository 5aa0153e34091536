/**
 * An extension of pi that asks people, as those of a person's own do. `tool ask {"kind": …}` of the faux model
 * gives the tool's parameters to the question and the answer back as its result. Imports nothing, so that every pi
 * loads it as it is.
 */
interface Ui {
  select(title: string, options: readonly string[], given?: object): Promise<string | undefined>;
  confirm(title: string, message: string, given?: object): Promise<boolean>;
  input(title: string, placeholder?: string, given?: object): Promise<string | undefined>;
  editor(title: string, prefill?: string): Promise<string | undefined>;
  notify(message: string, level?: string): void;
  setStatus(key: string, text: string | undefined): void;
  setWidget(key: string, lines: readonly string[] | undefined): void;
  setTitle(title: string): void;
  setEditorText(text: string): void;
}

interface Asked {
  readonly kind: "select" | "confirm" | "input" | "editor" | "show";
  readonly title?: string;
  readonly options?: readonly string[];
  readonly text?: string;
  readonly timeout?: number;
}

export default function asking(pi: { registerTool(tool: object): void }): void {
  pi.registerTool({
    name: "ask",
    label: "ask",
    description: "Asks the person something.",
    parameters: { type: "object", properties: {} },
    async execute(_id: string, asked: Asked, _signal: unknown, _onUpdate: unknown, ctx: { ui: Ui }) {
      const answer = await askWith(ctx.ui, asked);
      return { content: [{ type: "text", text: JSON.stringify(answer ?? null) }], details: {} };
    },
  });
}

function askWith(ui: Ui, { kind, title = "?", options = [], text = "", timeout }: Asked): unknown {
  const given = timeout === undefined ? undefined : { timeout };
  switch (kind) {
    case "select":
      return ui.select(title, options, given);
    case "confirm":
      return ui.confirm(title, text, given);
    case "input":
      return ui.input(title, text, given);
    case "editor":
      return ui.editor(title, text);
    case "show":
      ui.notify("Saved.", "info");
      ui.notify("Careful now.", "warning");
      ui.setStatus("s", "busy");
      ui.setWidget("w", ["one", "two"]);
      ui.setTitle("t");
      ui.setEditorText("e");
      return "shown";
    default:
      throw new Error(`${String(kind)} is no way to ask`);
  }
}
