import type { GatewayPluginApi } from "pi-gateway";

export default function myPlugin(api: GatewayPluginApi) {
  // Register channel
  api.registerChannel({
    name: "my-channel",
    // ... channel implementation
  });
  // Register tool
  api.registerTool({
    name: "my_tool",
    description: "My custom tool",
    parameters: {/* JSON Schema */},
    execute: async (params, context) => {
      return { result: "success" };
    },
  });
  // Register hook
  api.registerHook(["message_received"], async (context) => {
    console.log("Message received:", context.message);
  });
  // Register HTTP route
  api.registerHttpRoute("GET", "/my-endpoint", async (req, res) => {
    res.json({ status: "ok" });
  });
  // Register WebSocket method
  api.registerGatewayMethod("my.rpc", async (params) => {
    return { result: "ok" };
  });
  // Register slash command
  api.registerCommand("mycommand", async (context) => {
    await context.reply("Command executed!");
  });
  // Register background service
  api.registerService({
    name: "my-service",
    start: async () => {
      /* ... */
    },
    stop: async () => {
      /* ... */
    },
  });
}
