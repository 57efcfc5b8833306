#!/usr/bin/env node
import { hideBin } from "yargs/helpers";
import { tellFailure } from "./failure.ts";
import { main } from "./main.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.on("uncaughtException", (error) => process.exit(tellFailure(error, false)));
const [first, ...rest] = hideBin(process.argv);
const code = await main(first === "help" ? [...rest, "--help"] : hideBin(process.argv));
// Workers of the prover and chains in this process would keep it alive.
process.stdout.write("", () => process.exit(code));
