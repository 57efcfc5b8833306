import type { GridItem, PointItem } from "@umpire/indexer/consumer-items.ts";
import type { ClaimItem, ProgramItem } from "@umpire/indexer/game-items.ts";
import type { StatusView } from "./dispute-view.ts";
import type { Moment } from "./list-view.ts";
import { amountText, type Naming, plain, realOf, spelled } from "./market-words.ts";
import { counted, grouped, moment, real } from "./text.ts";

/** What the index says of a grid. */
export interface GridFacts extends Moment {
	readonly grid: GridItem;
	readonly points: readonly PointItem[];
	/** All claims on the points, rejected ones too. */
	readonly claims: readonly ClaimItem[];
	/** Claims that were rejected, by the grid's own events. */
	readonly rejected: readonly { readonly point: number; readonly worker: string; readonly claim: number }[];
	/** The grid's program, for the units of scores; undefined where it is not registered. */
	readonly program: ProgramItem | undefined;
	readonly nameOf: Naming;
}

export interface GridAxis {
	readonly name: string;
	readonly values: readonly number[];
}

/** A point where it is in the map: `x` and `y` are places among the values of the axes. */
export interface GridCell {
	readonly point: number;
	readonly x: number;
	readonly y: number;
	/** "8 steps, hyper-parameter 1: 256". */
	readonly label: string;
	readonly status: "free" | "reserved" | "claimed" | "accepted";
	/** In the program's real units; null as long as none is final. */
	readonly score: number | null;
	readonly scoreText: string;
	/** What it was paid: "0.5 ETH". */
	readonly paid: string;
	readonly isBest: boolean;
	readonly worker: string | null;
	readonly claim: number | null;
	/** Until when its claim can be challenged, or its reservation holds. */
	readonly until: number | null;
	readonly canBeChallenged: boolean;
	readonly wasWrong: boolean;
}

export interface GridView extends Moment {
	readonly grid: number;
	readonly program: { readonly name: string; readonly number: number | null; readonly root: string };
	readonly headline: string;
	readonly lead: string;
	readonly status: StatusView;
	readonly spent: string;
	readonly lowest: boolean;
	/** What scores are, in a word. */
	readonly scoreName: string;
	readonly axes: { readonly x: GridAxis; readonly y: GridAxis | null };
	/** Where more than two things differ between points, a place in the map has several: the best of them is shown. */
	readonly note: string | null;
	readonly cells: readonly GridCell[];
	readonly wrong: readonly {
		readonly label: string;
		readonly worker: string;
		readonly claim: number;
		readonly said: string;
		readonly is: string | null;
	}[];
	readonly facts: readonly { readonly what: string; readonly value: string }[];
}

/** A grid search: scores against hyper-parameters, and what each was paid. */
export function gridView(facts: GridFacts): GridView {
	const { grid, points, claims, rejected, chainId, block, time, nameOf } = facts;
	const axes = axesOf(points);
	const isBetter = (a: number, b: number) => (grid.lowest ? a < b : a > b);
	const unit = (score: string): number =>
		facts.program === undefined
			? Number(score)
			: realOf(score, facts.program.outputMantissa, facts.program.outputExponent);
	const scored = points.flatMap(({ point, score }) =>
		score === null ? [] : [{ point, score: unit(score) }],
	);
	const bestSoFar = scored.reduce<(typeof scored)[number] | undefined>(
		(best, one) => (best === undefined || isBetter(one.score, best.score) ? one : best),
		undefined,
	);
	const best = grid.best ?? bestSoFar?.point;
	const wrongPoints = new Set(rejected.map(({ point }) => point));
	const byRequest = Map.groupBy(claims, ({ request }) => request);
	const cells = points.map((point): GridCell => {
		const live = (byRequest.get(point.request ?? -1) ?? []).find(({ status }) => status === "live");
		const score = point.score === null ? null : unit(point.score);
		const isBest = point.point === best;
		const status = live !== undefined ? "claimed" : point.status;
		return {
			point: point.point,
			x: axes.x.at(point),
			y: axes.y?.at(point) ?? 0,
			label: axes.label(point),
			status,
			score,
			scoreText: score === null ? WAITS[status] : real(score, 3),
			paid: paidFor(grid, score !== null, isBest),
			isBest: isBest && score !== null,
			worker: point.worker,
			claim: live?.claim ?? point.claim,
			until: live?.periodEnd ?? point.until,
			canBeChallenged: live !== undefined,
			wasWrong: wrongPoints.has(point.point),
		};
	});
	const shown = cells.find(({ isBest }) => isBest);
	const { name, number } = nameOf(grid.program);
	return {
		grid: grid.grid,
		chainId,
		block,
		time,
		program: { name, number, root: grid.program },
		headline: headlineOf(grid, shown),
		lead: leadOf(grid, name),
		status: plain(
			grid.status === "closed"
				? "Closed"
				: `${grouped(grid.accepted)} of ${grouped(grid.points)} points answered`,
		),
		spent: `bounty ${amountText(grid.bounty, grid.token)}`,
		lowest: grid.lowest,
		scoreName: grid.lowest ? "error" : "score",
		axes: { x: axes.x.axis, y: axes.y?.axis ?? null },
		note: axes.note,
		cells: axes.note === null ? cells : bestOfEach(cells, isBetter),
		wrong: rejected.map(({ point, worker, claim }) => {
			const said = claims.find((one) => one.claim === claim)?.output?.[0];
			const cell = cells.find((one) => one.point === point);
			return {
				label: cell?.label ?? `point ${point}`,
				worker,
				claim,
				said: said === undefined ? "another score" : real(unit(String(said)), 3),
				is: cell?.score == null ? null : real(cell.score, 3),
			};
		}),
		facts: factsOf(facts),
	};
}

const WAITS = { free: "free", reserved: "computing", claimed: "claimed", accepted: "\u2013" } as const;

function headlineOf({ status, points, accepted, lowest }: GridItem, best: GridCell | undefined): string {
	if (best === undefined) {
		return status === "filling"
			? "A grid that has not begun"
			: `${spelled(points)} ${points === 1 ? "point" : "points"} to compute, none is final yet`;
	}
	const what = lowest ? "Least error" : "Best score";
	return `${what}${status === "closed" || accepted === points ? "" : " so far"}: ${best.scoreText} with ${best.label}`;
}

function leadOf({ points, accepted, status }: GridItem, name: string): string {
	const left = points - accepted;
	const rest =
		status === "closed"
			? left === 0
				? "All were answered."
				: `${spelled(left)} ${left === 1 ? "was" : "were"} left.`
			: left === 0
				? "All are answered."
				: `${spelled(left)} ${left === 1 ? "is" : "are"} still open.`;
	return `${counted(points, "run")} of ${name}, each a paid job whose every number can be disputed. ${rest}`;
}

/** Half of the bounty goes to the best when the grid is closed, the other half in equal shares. */
function paidFor({ share, bounty, token, status }: GridItem, isAccepted: boolean, isBest: boolean): string {
	if (!isAccepted || share === null) return "";
	const half = isBest && status === "closed" ? BigInt(bounty) / 2n : 0n;
	return amountText(BigInt(share) + half, token);
}

function factsOf({ grid, rejected, points }: GridFacts): GridView["facts"] {
	const { accepted, share, token, stake, rounds, roundSeconds, startedAt, rest } = grid;
	return [
		{ what: "For the best point", value: amountText(BigInt(grid.bounty) / 2n, token) },
		...(share === null
			? []
			: [{ what: "For every point that is accepted", value: amountText(share, token) }]),
		{ what: "Accepted", value: `${grouped(accepted)} of ${grouped(points.length)}` },
		{ what: "Stake of a worker for a point", value: amountText(stake, null) },
		{ what: "Rounds", value: `${rounds} at most, of ${grouped(roundSeconds)} s` },
		...(startedAt === null ? [] : [{ what: "Began", value: moment(startedAt) }]),
		...(rejected.length === 0 ? [] : [{ what: "Claims that were wrong", value: grouped(rejected.length) }]),
		...(rest === null || rest === "0"
			? []
			: [{ what: "Back to the client", value: amountText(rest, token) }]),
	];
}

interface Axes {
	readonly x: { readonly axis: GridAxis; readonly at: (point: PointItem) => number };
	readonly y: { readonly axis: GridAxis; readonly at: (point: PointItem) => number } | null;
	readonly label: (point: PointItem) => string;
	readonly note: string | null;
}

/** What differs between points: most values to the right, the next most upwards. */
function axesOf(points: readonly PointItem[]): Axes {
	const count = Math.max(0, ...points.map(({ hyperparameters }) => hyperparameters.length));
	const dimensions = [
		{ name: "steps", of: ({ steps }: PointItem) => steps },
		...Array.from({ length: count }, (_, i) => ({
			name: `hyper-parameter ${i + 1}`,
			of: ({ hyperparameters }: PointItem) => hyperparameters[i] ?? 0,
		})),
	].map((one) => ({ ...one, values: [...new Set(points.map(one.of))].toSorted((a, b) => a - b) }));
	const varying = dimensions
		.filter(({ values }) => values.length > 1)
		.toSorted(
			(a, b) => b.values.length - a.values.length || (a.name === "steps" ? 1 : b.name === "steps" ? -1 : 0),
		);
	const chosen = (one: (typeof dimensions)[number]) => ({
		axis: { name: one.name, values: one.values },
		at: (point: PointItem) => one.values.indexOf(one.of(point)),
	});
	const x = varying[0] ?? dimensions[0];
	const y = varying[1];
	const named = varying.length === 0 ? [x] : varying;
	return {
		x: chosen(x),
		y: y === undefined ? null : chosen(y),
		label: (point) =>
			named
				.map((one) =>
					one.name === "steps" ? counted(one.of(point), "step") : `${one.name} at ${grouped(one.of(point))}`,
				)
				.join(" and "),
		note:
			varying.length > 2
				? `${varying
						.slice(2)
						.map(({ name }) => name)
						.join(", ")} differ too: the best of each place is shown.`
				: null,
	};
}

function bestOfEach(cells: readonly GridCell[], isBetter: (a: number, b: number) => boolean): GridCell[] {
	return [...Map.groupBy(cells, ({ x, y }) => `${x} ${y}`).values()].map((some) =>
		some.reduce((best, one) =>
			one.score !== null && (best.score === null || isBetter(one.score, best.score)) ? one : best,
		),
	);
}
