#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { hideBin } from "yargs/helpers";

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
// What was parsed once is kept: it is most of what a short command does. Where it cannot be kept it is parsed again.
enableCompileCache(fileURLToPath(new URL("../.umpire/compiled", import.meta.url)));
const { tellFailure } = await import("./failure.ts");
process.on("uncaughtException", (error) => process.exit(tellFailure(error, false)));
const { main } = await import("./main.ts");
const [first, ...rest] = hideBin(process.argv);
const code = await main(first === "help" ? [...rest, "--help"] : hideBin(process.argv));
// Workers of the prover and chains in this process would keep it alive.
process.stdout.write("", () => process.exit(code));
