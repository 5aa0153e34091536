import { expect, test } from "bun:test";
import { cronNews, cronSentencesEn, cronSentencesZh } from "../../src/pipeline/cron-sentences.ts";

const facts = { failures: 2, error: "No\ncredit.", againAtMs: Date.UTC(2027, 0, 4, 1, 2) };
const say = (news: Parameters<typeof cronNews>[1], words = cronSentencesEn) =>
  cronNews("daily `x`", news, facts, "Asia/Shanghai", words);

test("an owner is told in plain words which job fails and why, and when it is tried again", () => {
  expect(say("failing")).toBe(
    "The scheduled job `daily 'x'` has failed 2 times in a row: No credit. It is tried again at 2027-01-04 09:02.",
  );
  expect(say("paused")).toContain(
    "is paused now: No credit. Once that is mended, let it go on with /cron resume",
  );
  expect(say("recovered")).toBe("The scheduled job `daily 'x'` works again.");
  const { error: _, ...unknown } = facts;
  expect(cronNews("a", "failing", { ...unknown, error: undefined }, "UTC", cronSentencesEn)).toContain(
    "no reason was given",
  );
});

test("in Chinese, too", () => {
  expect(say("failing", cronSentencesZh)).toContain("已连续失败 2 次:No credit. 将在 2027-01-04 09:02 重试");
  expect(say("paused", cronSentencesZh)).toContain("现已暂停");
  expect(say("recovered", cronSentencesZh)).toContain("已恢复正常");
});
