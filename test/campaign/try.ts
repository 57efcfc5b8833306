import { setUp } from "@umpire/actors/set-up.ts";
import fc from "fast-check";
import { playGame } from "./game.ts";
import { campaignMoves } from "./moves.ts";
await setUp(() => {});
const seed = Number(process.argv[2] ?? 1);
const [moves] = fc.sample(campaignMoves(25, 40), { seed, numRuns: 1 });

const t = Date.now();
console.log(await playGame(moves, { seconds: Number(process.argv[3] ?? 12) }));
console.log(Date.now() - t, "ms");
process.exit(0);
