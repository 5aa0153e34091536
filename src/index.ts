export * from "./plugins/types.ts";
