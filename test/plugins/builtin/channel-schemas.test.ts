import { expect, test } from "bun:test";
import { channelSchemas } from "../../../src/plugins/builtin/channel-schemas.ts";

test("each channel of the guide has its section", () => {
  expect(Object.keys(channelSchemas)).toEqual(["telegram", "discord", "feishu", "webchat"]);
});
