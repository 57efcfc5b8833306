import { readFile, writeFile } from "node:fs/promises";
import { endOfRound } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { expect, test } from "vitest";
import { EVMNET } from "./drand.ts";
import { type GridPlay, playPerTest } from "./grid-play.ts";
import { TERMS } from "./random-grid-moves.ts";

const SNAPSHOT = new URL("gas.json", import.meta.url);
/** A change of the contracts that costs more than this is worth a look: UPDATE_GAS=1 accepts it. */
const TOLERANCE = 0.03;
/** What a market gives a consumer that it tells of an ending. */
const CALLBACK = 200_000;
/** What a finalisation costs that nobody is told of. */
const ALONE = 67_000;

let play: GridPlay;
playPerTest((fresh) => {
	play = fresh;
});

test("the gas of every move of a grid is what it was, and telling it of an ending fits", async () => {
	const { chain, token, grid: contract } = play.stage;
	await token.send(play.client, "mint", [play.client, 1000n], { at: ++play.now });
	await token.send(play.client, "approve", [contract.address, 1000n], { at: ++play.now });
	await play.fill(0, { token: token.address });
	const add = async (count: number, from: number, label: string) => {
		const points = Array.from({ length: count }, (_, i) => ({ steps: 1, hyperparameters: [from + i, 7] }));
		await play.play(play.client, { type: "addPoints", grid: 1, points }, label);
	};
	await add(1, 0, "addPoints: 1 point");
	await add(8, 1, "addPoints: 8 points");
	await play.play(play.client, { type: "start", grid: 1, value: play.price });
	const [first, ...others] = play.workers;
	const { stake } = TERMS;
	await play.play(first, { type: "join", grid: 1, round: 0, value: stake }, "join: the first of a round");
	for (const worker of others) await play.play(worker, { type: "join", grid: 1, round: 0, value: stake });
	await play.reveal(0);
	await play.play(play.stranger, { type: "draw", grid: 1, most: 1 }, "draw: 1 point");
	await play.play(play.stranger, { type: "draw", grid: 1, most: 5 }, "draw: 5 points");
	const claims: number[] = [];
	for (const worker of play.workers.slice(0, 3)) claims.push(await play.claim(worker, 1));
	// Told by the market, and told by nobody: a rejection is read.
	await play.bringDown(claims[0]);
	await play.play(
		play.stranger,
		{ type: "sync", grid: 1, point: play.pointOf(play.workers[0]), claim: claims[0] },
		"sync: a rejected claim",
	);
	await play.finalise(...claims.slice(1));
	await play.play(play.stranger, { type: "expire", grid: 1, point: play.pointOf(play.workers[5]) });
	for (const worker of play.workers.slice(3, 5)) {
		await play.play(play.stranger, { type: "expire", grid: 1, point: play.pointOf(worker) });
	}
	play.wait(endOfRound(play.world.grids[0], TERMS.rounds - 1));
	await play.play(play.stranger, { type: "close", grid: 1 });
	const withdrawal = { type: "withdrawTo", recipient: play.workers[1] } as const;
	await play.play(play.workers[1], { ...withdrawal, token: token.address }, "withdrawTo: a token");
	await play.play(play.workers[1], { ...withdrawal, token: ETHER }, "withdrawTo: ether");
	const gas = new Map(
		[...play.gas].filter(([move]) => !["register", "challenge", "timeout", "bring", "claim"].includes(move)),
	);
	const drand = [EVMNET.key, BigInt(play.now), 3n, 0n, 86_400n, 0n];
	const beacon = await Deployed.deploy(chain, "DrandBeacon", drand);
	const [round, signature] = EVMNET.rounds[1];
	gas.set("bring: drand", (await beacon.send(play.stranger, "bring", [round, signature])).gas);
	const blocks = await Deployed.deploy(chain, "BlockHashBeacon", [0n, 12n, 0n]);
	const named = BigInt(await chain.height());
	gas.set("bring: a block hash", (await blocks.send(play.stranger, "bring", [named])).gas);
	play.now = await chain.time();
	// Here an accepted worker is credited for the first time in both ether and token: it costs no more.
	expect(gas.get("finalise")! - ALONE).toBeLessThan(CALLBACK - 30_000);
	expect(gas.get("sync: a rejected claim")!).toBeLessThan(CALLBACK);
	const found = Object.fromEntries([...gas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
	if (process.env.UPDATE_GAS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(found, null, "\t")}\n`);
	const committed = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
	expect(Object.keys(found)).toEqual(Object.keys(committed));
	for (const [move, expected] of Object.entries(committed)) {
		expect(Math.abs(found[move] - expected) / expected, `${move}: ${found[move]}`).toBeLessThan(TOLERANCE);
	}
});
