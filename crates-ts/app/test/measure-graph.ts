/**
 * Says how long a program of 686 operators takes to its first picture, and how even the pictures are while it is panned:
 * `node crates-ts/app/test/measure-graph.ts`.
 */
import { registerProgram } from "@umpire/actors/register.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { deepProgram } from "./deep-program.ts";
import { serveStory } from "./served-story.ts";

const { page, stage, served, close } = await serveStory();
const deep = await deepProgram(686);
const world = await stage.world("requester");
const { number } = await registerProgram(world, deep, await commitProgram(deep));
await served.look();
for (let visit = 0; visit < 3; visit++) {
	const began = performance.now();
	await page.goto(`${served.url}/programs/${number}`);
	await page.locator(".graphview svg").first().waitFor();
	const first = performance.now() - began;
	const gaps = await page.evaluate(async () => {
		const view = document.querySelector(".graphview")!;
		const found: number[] = [];
		let last = performance.now();
		for (let frame = 0; frame < 60; frame++) {
			view.scrollLeft += 40;
			await new Promise((next) => requestAnimationFrame(next));
			found.push(performance.now() - last);
			last = performance.now();
		}
		return found.toSorted((a, b) => a - b);
	});
	const [median, late] = [gaps[30], gaps[57]].map((gap) => gap.toFixed(1));
	console.log(
		`first picture ${Math.round(first)} ms; between pictures ${median} ms, ${late} ms for one in twenty`,
	);
}
await close();
