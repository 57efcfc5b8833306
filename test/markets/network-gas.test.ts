import { readFile, writeFile } from "node:fs/promises";
import { wordHex } from "@umpire/commitment/hex.ts";
import { POKE_GAS } from "@umpire/markets/network-parameters.ts";
import { LOOKS } from "@umpire/markets/network-state.ts";
import { look } from "@umpire/markets/worker-draw.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { expect, test } from "vitest";
import { type NetworkPlay, networkPerTest } from "./network-play.ts";
import { PROGRAMS } from "./random-grid-moves.ts";
import { entryPrice, JOB_TERMS, jobPrice, WORKER_TERMS } from "./random-network-moves.ts";

const SNAPSHOT = new URL("network-gas.json", import.meta.url);
/** A change of the contracts that costs more than this is worth a look: UPDATE_GAS=1 accepts it. */
const TOLERANCE = 0.03;

let play: NetworkPlay;
networkPerTest((fresh) => {
	play = fresh;
});

test("the gas of every move of workers and jobs is what it was", async () => {
	const { token, jobs } = play.stage;
	const [first, second, third, taker] = play.workers;
	const { client, stranger } = play;
	await token.send(client, "mint", [client, 10n ** 6n], { at: ++play.now });
	await token.send(client, "approve", [jobs.address, 10n ** 6n], { at: ++play.now });
	await play.play(client, { type: "register", header: PROGRAMS[0].header });
	const tokens = [{ token: token.address, least: 1n }];
	const terms = { ...WORKER_TERMS, capacity: 4, tokens };
	const stake = 4000n;
	const value = entryPrice(4, stake);
	for (const worker of [first, second, third]) {
		await play.play(worker, { type: "registerWorker", terms, stake, value });
	}
	await play.play(stranger, { type: "applyChanges", most: 4 }, "applyChanges: 4 slots in");
	await play.apply();
	const inToken = { ...JOB_TERMS, token: token.address, tries: 2 };
	await play.play(client, { type: "submit", terms: inToken, value: jobPrice(inToken) }, "submit: in a token");
	const more = { ...JOB_TERMS, tries: 2 };
	for (let i = 0; i < 6; i++) {
		await play.play(client, { type: "submit", terms: more, value: jobPrice(more) }, "submit: in ether");
	}
	await play.reveal();
	await play.play(stranger, { type: "drawJobs", most: 1 }, "draw: 1 job");
	await play.play(stranger, { type: "drawJobs", most: 6 }, "draw: 6 jobs");
	for (const job of [1, 2, 3, 4]) await play.play(play.job(job).worker, { type: "accept", job });
	await play.play(play.job(5).worker, { type: "decline", job: 5 });
	play.wait(play.job(6).until + 1);
	await play.play(stranger, { type: "lapse", job: 6 });
	const claims = [await play.claim(1), await play.claim(2, 1), await play.claim(3)];
	const completed = { type: "syncJob", job: 3, claim: claims[2] } as const;
	await play.play(stranger, completed, "sync: a live claim");
	await play.bringDown(claims[1]);
	const rejected = { type: "syncJob", job: 2, claim: claims[1] } as const;
	await play.play(stranger, rejected, "sync: a rejected claim");
	play.wait(Math.max(play.now + 1, play.job(4).until + PARAMETERS.increment));
	await play.play(stranger, { type: "expireJob", job: 4 });
	// Of a job in a token, whose slot was not freed before: all that an ending can write.
	await play.finalise(claims[0]);
	await play.finalise(claims[2]);
	await play.play(first, { type: "leave" });
	if (play.worker(second).wanted) await play.play(second, { type: "pause" });
	else await play.play(third, { type: "pause" });
	await play.submit({}, client);
	await play.play(client, { type: "cancel", job: 8 });
	// Nobody left who is drawn: three looks at the whole list that find none.
	await play.register(taker, 1000n, { leastReward: 10n ** 6n });
	const dear = { ...JOB_TERMS, exposure: 10n ** 9n };
	await play.play(client, { type: "submit", terms: dear, value: jobPrice(dear) }, "submit: in ether");
	for (const rounds = play.world.rounds.length; play.world.jobs[8].round !== 0; ) {
		await play.reveal(BigInt(rounds));
		if ((play.world.changes[0]?.round ?? 2 ** 32) <= play.world.rounds[0].round) await play.apply();
		await play.play(stranger, { type: "drawJobs", most: 100 }, "draw: nobody found");
	}
	await play.play(taker, { type: "take", job: 9, value: dear.exposure });
	const { worker } = play.job(1);
	const withdrawal = { type: "withdrawFrom", contract: "jobs", recipient: worker } as const;
	await play.play(worker, { ...withdrawal, token: token.address }, "withdrawTo: a token");
	const gas = new Map(
		[...play.gas].filter(
			([move]) =>
				!["register", "challenge", "timeout", "bring", "claim", "submit", "finalise"].includes(move),
		),
	);
	const found = Object.fromEntries([...gas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
	if (process.env.UPDATE_GAS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(found, null, "\t")}\n`);
	const committed = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
	expect(Object.keys(found)).toEqual(Object.keys(committed));
	for (const [move, expected] of Object.entries(committed)) {
		expect(Math.abs(found[move] - expected) / expected, `${move}: ${found[move]}`).toBeLessThan(TOLERANCE);
	}
});

test("W9: a poke's fee covers a draw that finds nobody among many workers, as none takes the job", async () => {
	const { token, jobs, workers: list, chain } = play.stage;
	const { client } = play;
	await token.send(client, "mint", [client, 10n ** 6n], { at: ++play.now });
	await token.send(client, "approve", [jobs.address, 10n ** 6n], { at: ++play.now });
	const many = chain.accounts.slice(1);
	const tokens = [{ token: token.address, least: JOB_TERMS.reward + 1n }];
	const terms = { capacity: 1, tokens, programs: [PROGRAMS[0].root] };
	// All take the program and the token, but for more: a look reads everything before it finds that out.
	await play.enlist(many, 1000n, terms);
	await play.submit({ token: token.address });
	/** how many workers the looks of a draw meet: each of them is read for the first time */
	const met = (value: bigint, attempt: number): number => {
		const seek = { value: wordHex(value << 120n), job: 1, attempt };
		const looks = Array.from({ length: LOOKS }, (_, i) => look(list.address, seek, i, many.length));
		return new Set(looks.map(({ position }) => position)).size;
	};
	const dearest = (attempt: number): bigint => {
		const numbers = Array.from({ length: 500 }, (_, i) => met(BigInt(i + 1), attempt));
		return BigInt(numbers.indexOf(Math.max(...numbers)) + 1);
	};
	for (const poker of many.slice(0, 3)) {
		await play.reveal(dearest(play.job(1).drawn));
		await play.play(poker, { type: "drawJobs", most: 1 }, `draw ${play.job(1).drawn}`);
	}
	expect(play.job(1)).toMatchObject({ status: 1, round: 0, drawn: 3 });
	expect(met(dearest(0), 0)).toBeGreaterThan(LOOKS - 4);
	const draws = [...play.gas].filter(([move]) => /^draw \d/.test(move)).map(([, gas]) => gas);
	expect(draws.length).toBe(3);
	expect(Math.max(...draws), draws.join(", ")).toBeLessThanOrEqual(Number(POKE_GAS));
});
