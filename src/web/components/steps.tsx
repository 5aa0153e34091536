import type { Step } from "../state/conversation.ts";
import { strings } from "../text/strings.ts";
import { Icon } from "./icons.tsx";
import { MarkdownView } from "./markdown-view.tsx";
import { memo } from "./memo.ts";
import { ToolLine } from "./tool-step.tsx";

/** What a turn did on the way to its answer: open while it runs, one line afterwards. */
export const Steps = memo(({ steps, isRunning }: { steps: readonly Step[]; isRunning: boolean }) => {
  if (steps.length === 0) return null;
  const [only] = steps;
  if (isRunning || (steps.length === 1 && only?.kind === "tool")) return <StepList steps={steps} />;
  const failed = steps.filter((step) => step.kind === "tool" && step.result?.isError).length;
  const names = [...new Set(steps.flatMap((step) => (step.kind === "tool" ? [step.tool] : [])))];
  return (
    <details class="steps">
      <summary>
        <Icon name="chevron" />
        <span>
          {strings.steps(steps.filter((step) => step.kind !== "note").length)}
          {names.length > 0 && <span class="steps-names"> · {names.slice(0, 4).join(", ")}</span>}
        </span>
        {failed > 0 && <span class="tool-state">{strings.stepsFailed(failed)}</span>}
      </summary>
      <StepList steps={steps} />
    </details>
  );
});

function StepList({ steps }: { steps: readonly Step[] }) {
  return (
    <div class="step-list">
      {steps.map((step) =>
        step.kind === "tool" ? (
          <ToolLine key={step.id} step={step} />
        ) : step.kind === "notice" ? (
          <p key={step.id} class={`step-notice step-notice-${step.level}`} dir="auto">
            {step.text}
          </p>
        ) : (
          <div key={step.id} class="step-note">
            <MarkdownView text={step.text} isWhole />
          </div>
        ),
      )}
    </div>
  );
}
