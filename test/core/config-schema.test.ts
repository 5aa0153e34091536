import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { configDocuments } from "../../scripts/config-documents.ts";
import { loadConfig } from "../../src/core/config.ts";
import { configSchema } from "../../src/core/config-schema.ts";
import { shapeOf } from "../../src/core/config-shape.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import { configs } from "./config-of.ts";

const { inputFor, load } = configs();
const ROOT = join(import.meta.dir, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("what is made from the schema", () => {
  for (const [path, text] of Object.entries(configDocuments())) {
    test(`${path} is current (made by scripts/write-schema.ts)`, () => {
      expect(read(path) === text).toBe(true);
    });
  }

  test("every key says in a sentence what it is for", () => {
    const silent: string[] = [];
    const visit = (schema: z.core.$ZodType, path: string) => {
      const shape = shapeOf(schema);
      if (shape.kind === "section") {
        for (const [key, field] of shape.fields) {
          const { kind, facts } = shapeOf(field);
          // A fixed value that tells two forms apart is explained by those forms.
          const isTag = kind === "values" && key === "kind";
          if (!facts.description?.endsWith(".") && !isTag) silent.push(`${path}.${key}`);
          visit(field, `${path}.${key}`);
        }
      } else if (shape.kind === "map" || shape.kind === "list") visit(shape.item, `${path}[]`);
      else if (shape.kind === "choice") for (const option of shape.options) visit(option, path);
    };
    visit(configSchema(channelSchemas), "");
    expect(silent).toEqual([]);
  });
});

describe("pi-gateway.jsonc.example", () => {
  const example = join(ROOT, "pi-gateway.jsonc.example");
  const at = (env: Record<string, string>) => loadConfig(inputFor(example, { env, cwd: ROOT }));

  test("is right to the last key, with the tokens of the guide exported", () => {
    const loaded = at({ TELEGRAM_BOT_TOKEN: "your-bot-token", DISCORD_TOKEN: "your-discord-token" });
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.channels["telegram"]).toMatchObject({ enabled: true, botToken: "your-bot-token" });
  });

  test("starts without any variable, with one warning for each channel that needs one", () => {
    expect(at({}).warnings.map((line) => line.split(" ")[1])).toEqual([
      "channels.telegram.botToken:",
      "channels.discord.token:",
    ]);
  });

  test("begins with the schema for editors", () => {
    expect(Object.keys(at({}).config)[0]).toBe("$schema");
    expect(at({}).config.$schema).toBe("./pi-gateway.schema.json");
  });

  test("has every key of the guide's full schema", () => {
    const text = read("pi-gateway.jsonc.example");
    const keys = [...read("test/guide/config-full.jsonc").matchAll(/"([A-Za-z]+)":/g)].map(([, key]) => key);
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !text.includes(`"${key}":`))).toEqual([]);
  });

  test("approves nobody and holds no secret that others would share", () => {
    const { config } = at({});
    expect(config.gateway.auth.token).toBeUndefined();
    expect(config.channels["webchat"]).toEqual({ enabled: true });
    expect(config.channels["telegram"]).toMatchObject({ allowlist: [], groups: {} });
    expect(config.hooks.enabled).toBe(false);
    expect(config.cron.jobs.some(({ enabled }) => enabled)).toBe(false);
  });
});

describe("sections of features to come are checked all the same", () => {
  const problem = (content: unknown) => {
    try {
      load(content);
      return undefined;
    } catch (error) {
      return (error as Error).message.split(" ").slice(1).join(" ");
    }
  };
  const job = (schedule: object) => ({ cron: { jobs: [{ id: "a", task: "t", schedule }] } });

  test("schedules", () => {
    expect(problem(job({ kind: "every", expr: "0 9 * * *" }))).toContain('needs "kind": "cron"');
    expect(problem(job({ kind: "cron", expr: "0 9 * * *", timezone: "Asia/Shangai" }))).toContain(
      "expected a time zone such as Asia/Shanghai",
    );
    for (const expr of ["1h", "30m", "1h30m", "1.5d", "500ms", "2w"]) {
      expect(problem(job({ kind: "every", expr }))).toBeUndefined();
    }
  });

  test("jobs with one id", () => {
    const one = { id: "a", task: "t", schedule: { kind: "at", expr: "2030-01-01T00:00" } };
    expect(problem({ cron: { jobs: [one, one] } })).toBe("cron.jobs[1].id: another job has this id already");
  });

  test("pools whose least is more than their most", () => {
    expect(problem({ agent: { pool: { min: 5 } } })).toBe(
      "agent.pool.min: must not be greater than agent.pool.max",
    );
    expect(problem({ agent: { pool: { min: 5, max: "auto" } } })).toBeUndefined();
  });

  test("owners and addresses", () => {
    expect(problem({ owners: ["somebody"] })).toContain("expected a target such as telegram:123456789");
    expect(problem({ gateway: { publicUrl: "pi.example.com" } })).toContain(
      "expected an address such as https://",
    );
    expect(problem({ hooks: { path: "hooks" } })).toContain("expected a path such as /hooks");
  });
});
