#!/usr/bin/env node
// The pinned Bun, for package scripts: they work also where install scripts are blocked and `bun` is a stub.
import { runBun } from "./run-bun.mjs";

runBun(process.argv.slice(2));
