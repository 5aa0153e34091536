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

const { inputFor } = configs();
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
