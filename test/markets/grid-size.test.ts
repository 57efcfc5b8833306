import { expect, test } from "vitest";
import { type GridPlay, playPerTest } from "./grid-play.ts";

let play: GridPlay;
playPerTest((fresh) => {
	play = fresh;
});

test("a grid has 1 to 256 points", async () => {
	await play.fill(0);
	expect(await play.try(play.client, { type: "start", grid: 1, value: play.price })).toBe("InvalidTerm");
	const points = Array.from({ length: 64 }, (_, i) => ({ steps: 1, hyperparameters: [i, 0] }));
	for (const part of [0, 1, 2, 3]) {
		const some = points.map(({ hyperparameters: [i] }) => ({ steps: 1, hyperparameters: [i, part] }));
		await play.play(play.client, { type: "addPoints", grid: 1, points: some });
	}
	const more = [{ steps: 1, hyperparameters: [0, 9] }];
	expect(await play.try(play.client, { type: "addPoints", grid: 1, points: more })).toBe("InvalidTerm");
});
