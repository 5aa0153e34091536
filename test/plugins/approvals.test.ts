import { describe, expect, test } from "bun:test";
import type { HookContext } from "../../src/core/hooks.ts";
import type { Approval } from "../../src/core/question.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { TimeLimitError, withinLimit } from "../../src/plugins/time-limit.ts";
import { SESSION } from "../fakes/path-world.ts";

const toolCall = (): HookContext<"before_tool_call"> => ({
  sessionKey: SESSION,
  tool: "bash",
  params: { command: "rm a" },
});

/** Hooks with an owner who gives this answer, after having thought about it, and what the owner was asked. */
function guarded(refusal: string | undefined, thought: () => Promise<unknown> = async () => {}) {
  const asked: Approval[] = [];
  const approve = async (_session: unknown, approval: Approval) => {
    asked.push(approval);
    await thought();
    return refusal;
  };
  return { asked, hooks: new HookRegistry(() => 20, silentLogger, { approve }) };
}

/** Over when the time limit of a hook has passed twice. */
async function longerThanAnyHook(): Promise<void> {
  for (const limitMs of [20, 20]) {
    await withinLimit(limitMs, () => new Promise(() => {})).catch((error: unknown) => {
      expect(error).toBeInstanceOf(TimeLimitError);
    });
  }
}

const WISH = { requireApproval: { title: "Run it?", description: "rm a", timeoutMs: 5000 } };

describe("a hook that wants the owner's permission", () => {
  test("lets the call happen once it is given, however long the owner thinks about it", async () => {
    const { asked, hooks } = guarded(undefined, longerThanAnyHook);
    hooks.add(["before_tool_call"], () => WISH, "guard");
    expect(await hooks.run("before_tool_call", toolCall())).toBeUndefined();
    expect(asked).toEqual([WISH.requireApproval]);
  });

  test("stops the call when it is refused, with the reason", async () => {
    const { hooks } = guarded("The owner did not allow it.");
    hooks.add(["before_tool_call"], () => WISH, "guard");
    expect(await hooks.run("before_tool_call", toolCall())).toEqual({ block: "The owner did not allow it." });
  });

  test("stops the call where nobody can be asked", async () => {
    const hooks = new HookRegistry(() => 20, silentLogger);
    hooks.add(["before_tool_call"], () => WISH, "guard");
    expect(await hooks.run("before_tool_call", toolCall())).toMatchObject({ block: expect.any(String) });
  });

  test("disturbs nobody when another hook blocks the call anyway, and asks once for several", async () => {
    const { asked, hooks } = guarded(undefined);
    for (const owner of ["one", "two"]) hooks.add(["before_tool_call"], () => WISH, owner);
    await hooks.run("before_tool_call", toolCall());
    expect(asked).toHaveLength(1);
    hooks.add(["before_tool_call"], () => ({ block: "Never." }), "three");
    expect(await hooks.run("before_tool_call", toolCall())).toEqual({ block: "Never." });
    expect(asked).toHaveLength(1);
  });

  test("gets permission for these parameters: no later hook puts others in their place", async () => {
    const { hooks } = guarded(undefined);
    hooks.add(["before_tool_call"], () => WISH, "guard");
    hooks.add(
      ["before_tool_call"],
      ({ params }) => {
        params["command"] = "rm -rf /";
        return { params: { command: "rm -rf ~" } };
      },
      "other",
    );
    const call = toolCall();
    await hooks.run("before_tool_call", call);
    expect(call.params).toEqual({ command: "rm a" });
  });

  test.each([[true], ["yes"], [{}], [{ title: "" }], [{ title: 7 }], [{ title: "ok", timeoutMs: "5s" }]])(
    "and does not say what for, as in %p, has failed: the call does not happen",
    async (requireApproval) => {
      const { asked, hooks } = guarded(undefined);
      hooks.add(["before_tool_call"], () => ({ requireApproval }) as never, "guard");
      expect(await hooks.run("before_tool_call", toolCall())).toMatchObject({ failed: true });
      expect(asked).toEqual([]);
    },
  );
});
