import type { courtAbi } from "@umpire/abi/court.ts";
import type { marketAbi } from "@umpire/abi/market.ts";
import type { registryAbi } from "@umpire/abi/registry.ts";
import { TAG } from "@umpire/commitment/constants.ts";
import { elementsInLeaf, leafCount, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { type Folding, type Folds, orNull } from "./folding.ts";
import type { DisputeItem, MoveItem } from "./game-items.ts";
import { credited, withdrawn } from "./ledger-folds.ts";

export const registryFolds: Folds<typeof registryAbi> = {
	async Registered({ program: root, number, header, meaning }, on) {
		await on.put("program", {
			program: Number(number),
			root,
			operators: header.operatorCount,
			constants: header.constantCount,
			inputs: header.inputCount,
			steps: header.steps,
			outputOperator: header.outputOperator,
			outputElements: Number(header.outputElements),
			outputWidth: header.outputWidth,
			commitment: header.commitment,
			signature: meaning.signature,
			outputMantissa: String(meaning.outputMantissa),
			outputExponent: meaning.outputExponent,
		});
	},
};

export const marketFolds: Folds<typeof marketAbi> = {
	async Requested(args, on) {
		const submitter = orNull(args.submitter);
		await on.put("request", {
			request: Number(args.request),
			program: args.program,
			programNumber: (await on.get("program", args.program))?.program ?? null,
			requester: args.requester,
			inputsRoot: args.inputsRoot,
			fee: String(args.fee),
			deadline: Number(args.deadline),
			consumer: orNull(args.consumer),
			submitter,
			exclusiveUntil: submitter === null ? null : Number(args.exclusiveUntil),
			sealed: args.isSealed,
			status: "open",
			claim: null,
			claims: 0,
		});
	},
	async Claimed({ claim: id, request, submitter, traceRoot, outputRoot, words }, on) {
		const claim = Number(id);
		const asked = await on.change("request", request, ({ claims }) => ({
			status: "claimed",
			claim,
			claims: claims + 1,
		}));
		const program = asked?.program ?? `0x${"00".repeat(32)}`;
		await on.put("claim", {
			claim,
			request: Number(request),
			program,
			submitter,
			traceRoot,
			outputRoot,
			words: words.map(String),
			output: await outputOf(on, program, words),
			status: "live",
			periodEnd: on.stamp.time + on.times.challengePeriod,
			disputes: 0,
			openDisputes: 0,
			openDemands: 0,
			paid: null,
			winner: null,
			dispute: null,
		});
		// Attempts and points wait for the claim of their request.
		for (const point of await on.byRef("point", `request ${request}`)) {
			await on.change("point", `${point.grid} ${point.point}`, () => ({ status: "claimed", claim }));
		}
	},
	async Finalised({ claim, request, paid }, on) {
		await on.change("claim", claim, () => ({ status: "final", paid: String(paid) }));
		await on.change("request", request, () => ({ status: "final" }));
	},
	async Rejected({ claim, dispute, winner }, on) {
		const lost = dispute === 0n ? null : Number(dispute);
		const found = await on.change("claim", claim, () => ({ status: "rejected", winner, dispute: lost }));
		if (found !== undefined)
			await on.change("request", found.request, () => ({ status: "open", claim: null }));
	},
	async Refunded({ request }, on) {
		await on.change("request", request, () => ({ status: "refunded", claim: null }));
	},
	Credited: ({ account, amount }, on) => credited(on, account, null, amount),
	Withdrawn: ({ account, amount }, on) => withdrawn(on, { account, recipient: account, token: null, amount }),
};

export const courtFolds: Folds<typeof courtAbi> = {
	async Challenged({ dispute, claim, challenger }, on) {
		const claimed = await on.change("claim", claim, ({ disputes, openDisputes }) => ({
			disputes: disputes + 1,
			openDisputes: openDisputes + 1,
		}));
		if (claimed === undefined) return;
		const { request, program, submitter, traceRoot } = claimed;
		await on.put("dispute", {
			dispute: Number(dispute),
			claim: Number(claim),
			request,
			program,
			challenger,
			submitter,
			phase: "root",
			position: null,
			node: traceRoot,
			element: null,
			parts: null,
			moves: 0,
			ending: null,
			winner: null,
			proved: null,
		});
		await addMove(on, dispute);
	},
	async TraceBound({ claim, segment }, on) {
		const { disputes = 0 } = (await on.get("claim", claim)) ?? {};
		if (disputes === 0) return;
		for (const { dispute, phase, position } of await on.byRef("dispute", `claim ${claim}`)) {
			if (phase === "root" && position?.start === Number(segment)) await addMove(on, dispute);
		}
	},
	async Descended({ dispute, tree, step, operator, start, level, node }, on) {
		const name = TREES[tree];
		const phase: DisputeItem["phase"] =
			level !== 0n ? "search" : name === "tensor" ? "leaf" : name === "checkpoints" ? "root" : "search";
		await on.change("dispute", dispute, () => ({
			phase,
			node,
			position: {
				tree: name,
				step: Number(step),
				operator: Number(operator),
				start: Number(start),
				level: Number(level),
			},
		}));
		await addMove(on, dispute);
	},
	NodeOpened: ({ node }, on) => published(on, node),
	LeafPublished: ({ node }, on) => published(on, node),
	async Named({ dispute, element, parts }, on) {
		await on.change("dispute", dispute, () => ({
			phase: "partials",
			element: Number(element),
			parts: Number(parts),
		}));
		await addMove(on, dispute);
	},
	PartialsPublished: ({ dispute }, on) => addMove(on, dispute),
	async Settled({ dispute, step, operator, element, part, claimed, computed }, on) {
		const proved = {
			step: Number(step),
			operator: Number(operator),
			element: Number(element),
			part: Number(part),
			claimed: String(claimed),
			computed: String(computed),
		};
		await ended(on, dispute, ({ challenger }) => ({ ending: "settled", winner: challenger, proved }));
	},
	TimedOut: ({ dispute, loser }, on) =>
		ended(on, dispute, ({ challenger, submitter }) => ({
			ending: "timed out",
			winner: loser === SUBMITTER ? challenger : submitter,
		})),
	Reclaimed: ({ dispute }, on) => ended(on, dispute, () => ({ ending: "reclaimed" })),
	async InputDemanded({ demand, claim, demander, inputsRoot, input, chunk }, on) {
		await on.change("claim", claim, ({ openDemands }) => ({ openDemands: openDemands + 1 }));
		const what = { inputsRoot, input: Number(input), chunk: Number(chunk) };
		await on.put("demand", {
			demand: Number(demand),
			claim: Number(claim),
			demander,
			...what,
			status: "open",
			answeredAt: null,
		});
	},
	/** One answer serves every demand for that chunk; each is closed when it is paid. */
	async InputAnswered({ inputsRoot, input, chunk }, on) {
		for (const { demand } of await on.byRef("demand", `chunk ${inputsRoot} ${input} ${chunk}`)) {
			await on.change("demand", demand, () => ({ answeredAt: on.stamp.time }));
		}
	},
	async AnswerPaid({ demand, claim }, on) {
		const { answeredAt } = (await on.get("demand", demand)) ?? {};
		await endDemand(on, demand, "answered");
		const until = (answeredAt ?? on.stamp.time) + on.times.computeAllowance;
		await on.change("claim", claim, ({ periodEnd }) => ({ periodEnd: Math.max(periodEnd, until) }));
	},
	Withheld: ({ demand }, on) => endDemand(on, demand, "withheld"),
	DemandReclaimed: ({ demand }, on) => endDemand(on, demand, "reclaimed"),
	Credited: marketFolds.Credited!,
	Withdrawn: marketFolds.Withdrawn!,
};

/** Side.Submitter of the contract. */
const SUBMITTER = 1;

const TREES: Readonly<Record<number, "checkpoints" | "steps" | "operators" | "tensor">> = {
	[TAG.checkpoints]: "checkpoints",
	[TAG.steps]: "steps",
	[TAG.operators]: "operators",
	[TAG.tensor]: "tensor",
};

/** What answers a demand is named by its content: it is a move of every dispute that waits for it. */
async function published(on: Folding, node: string): Promise<void> {
	for (const { dispute } of await on.byRef("dispute", `node ${node}`)) await addMove(on, dispute);
}

async function addMove(on: Folding, dispute: number | bigint): Promise<void> {
	const found = await on.change("dispute", dispute, ({ moves }) => ({ moves: moves + 1 }));
	if (found === undefined || on.receipt === undefined) return;
	const { sender, gas } = on.receipt;
	const { challenger, submitter } = found;
	await on.put("move", {
		dispute: Number(dispute),
		move: found.moves,
		name: on.name as MoveItem["name"],
		side: sender === submitter ? "submitter" : sender === challenger ? "challenger" : "other",
		sender,
		gas: String(gas),
		args: on.kept,
	});
}

/** A claim that was proved wrong without a dispute has the dispute 0. */
async function ended(
	on: Folding,
	dispute: bigint,
	by: (found: DisputeItem) => Partial<DisputeItem>,
): Promise<void> {
	const found = await on.change("dispute", dispute, (one) => ({ phase: "closed", ...by(one) }));
	if (found === undefined) return;
	await on.change("claim", found.claim, ({ openDisputes }) => ({ openDisputes: openDisputes - 1 }));
	await addMove(on, dispute);
}

async function endDemand(on: Folding, demand: bigint, status: "answered" | "withheld" | "reclaimed") {
	const found = await on.change("demand", demand, () => ({ status }));
	if (found === undefined) return;
	await on.change("claim", found.claim, ({ openDemands }) => ({ openDemands: openDemands - 1 }));
}

/** The integers of an output of one leaf. */
async function outputOf(on: Folding, root: string, words: readonly bigint[]): Promise<number[] | null> {
	const program = await on.get("program", root);
	if (program === undefined) return null;
	const { outputElements: elements } = program;
	const width = program.outputWidth as 8 | 16 | 32;
	if (leafCount(elements, width) !== 1) return null;
	return unpackLeaf(words, width, elementsInLeaf(0, elements, width));
}
