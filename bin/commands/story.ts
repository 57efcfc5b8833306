import { writeFile } from "node:fs/promises";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { grouped, lasted } from "@umpire/views/text.ts";
import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { numberPositional } from "../numbers.ts";
import { bold, columns, report } from "../output.ts";

interface Options extends ChainOptions, LimitsOptions {
	dispute: number;
	html?: string;
}

export const story = command<Options>({
	command: "story <dispute>",
	describe: "a dispute as one page: who says what, where they disagree, how it is decided",
	examples: [
		["umpire story 1 --html dispute-1.html", "one file, without scripts: to mail, print and keep"],
		["umpire story 1", "its search, in the terminal"],
	],
	options: (yargs) =>
		withLimits(withSources(withChain(yargs)))
			.positional("dispute", numberPositional("dispute", "number of a dispute"))
			.option("html", {
				type: "string",
				describe: "write the page to this file",
				requiresArg: true,
			}),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { disputeFacts } = await import("@umpire/actors/dispute-facts.ts");
		const { disputeView } = await import("@umpire/views/build-dispute.ts");
		const view = await openView({ ...options, limits: limitsOf(options) });
		const found = disputeView(await disputeFacts(view, options.dispute, { progress }))!;
		const { html } = options;
		if (html !== undefined) {
			const { storyHtml } = await import("@umpire/app/story-html.ts");
			await writeFile(html, storyHtml(found));
		}
		report(options.json, found, () => storyLines(found, html));
	},
});

function storyLines(view: DisputeView, html: string | undefined): string[] {
	return [
		bold(view.headline),
		view.lead,
		...columns(
			["question", "in dispute", "submitter", "challenger", "after"],
			view.ladder.map(({ question, left, answer, reply, waits }) => [
				question,
				left.replace(" in dispute", ""),
				answer?.text ?? (waits === "submitter" ? "to move" : ""),
				reply?.text ?? (waits === "challenger" ? "to move" : ""),
				lasted((answer?.seconds ?? 0) + (reply?.seconds ?? 0)),
			]),
		),
		...(view.turn === null ? [] : [`The ${view.turn.side} has to ${view.turn.task}. ${view.turn.otherwise}`]),
		...(view.arithmetic === null ? [] : [`Computed here: ${grouped(view.arithmetic.follows)}.`]),
		...(view.missing === null ? [] : [view.missing]),
		html === undefined
			? `umpire story ${view.dispute} --html FILE writes it as a page.`
			: `Wrote ${html}: open it in a browser.`,
	];
}
