import { value as finish } from "@umpire/operators/kinds.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { type ArithmeticView, arithmetic } from "./arithmetic.ts";
import type { DisputeFacts } from "./dispute-facts.ts";
import { graphOf } from "./dispute-graph.ts";
import { moneyOf } from "./dispute-money.ts";
import { costsOf, type DisputeMoves, type MoveCost, movesOf } from "./dispute-moves.ts";
import { picturesOf } from "./dispute-pictures.ts";
import type { DisputeView, PlaceView, ProofView, SideName, SideView } from "./dispute-view.ts";
import { headlineOf, leadOf, statusOf, turnOf, type Words } from "./dispute-words.ts";
import { logicalOf, operandOf } from "./element-reads.ts";
import { ladder, publishedElement } from "./ladder.ts";
import { operatorNames } from "./operator-names.ts";
import { amongNumbers, placeInTensor } from "./tensor-view.ts";
import { counted, ether, foreign, grouped, moment, subscript } from "./text.ts";

/**
 * Everything that a page tells of a dispute.
 *
 * @returns undefined if the events know no such dispute
 */
export function disputeView(facts: DisputeFacts): DisputeView | undefined {
	const moves = movesOf(facts.events, facts.dispute);
	if (moves === undefined) return undefined;
	const claim = Number(moves.challenged.args.claim);
	const claimed = facts.events.find(({ name, args }) => name === "Claimed" && Number(args.claim) === claim);
	if (claimed?.name !== "Claimed") return undefined;
	const request = Number(claimed.args.request);
	const sides = { submitter: claimed.args.submitter, challenger: moves.challenged.args.challenger };
	const costs = costsOf(moves, facts, sides);
	const program = facts.program?.program;
	const names = program === undefined ? undefined : operatorNames(program);
	const spot = spotOf(facts, moves, names);
	const sum = spot === undefined ? undefined : arithmeticOf(facts, moves, spot, names!);
	const number = publishedElement(moves);
	const follows = sum?.follows ?? provedElement(facts, moves);
	const words: Words = {
		facts,
		moves,
		claimed: number,
		follows: moves.end === undefined ? undefined : follows,
		programName: program === undefined ? null : foreign(program.name),
		numbers:
			program && program.steps * program.operators.reduce((n, { shape }) => n + elementCount(shape), 0),
		where: spot && `${spot.place.operatorName}, ${spot.place.position}`,
	};
	const end = moves.end && facts.transactions.get(moves.end.transaction);
	return {
		dispute: facts.dispute,
		claim,
		request,
		program: programName(facts, request),
		inputsRoot: inputsRootOf(facts, request),
		traceRoot: claimed.args.traceRoot,
		chainId: facts.chainId,
		court: facts.court,
		block: facts.block,
		time: facts.time,
		isOpen: moves.end === undefined,
		headline: headlineOf(words),
		lead: leadOf(words),
		status: statusOf(words),
		moment:
			end === undefined
				? `Block ${grouped(facts.block)}, ${moment(facts.time)}`
				: `${moment(end.time)}, block ${grouped(end.block)}`,
		submitter: sideOf("submitter", words, { account: sides.submitter, costs }),
		challenger: sideOf("challenger", words, { account: sides.challenger, costs }),
		turn: turnOf(words),
		computedHere: sum === undefined ? null : grouped(sum.follows),
		clockRule: `Every move has ${facts.parameters.increment} s, a proof ${facts.parameters.provingAllowance} s more. What a side needs beyond that comes off its reserve; who has none left loses.`,
		ladder: ladder({
			moves,
			costs,
			program,
			descriptors: facts.program?.descriptors,
			names,
			turn: facts.turn?.side ?? null,
			logical: (operator, physical) =>
				program === undefined ? physical : logicalOf(program.operators[operator])(physical),
		}),
		place: spot?.place ?? null,
		graph: spot === undefined ? null : graphOf(program!, names!, spot.place, facts),
		pictures:
			spot === undefined || facts.own === undefined
				? null
				: picturesOf({
						program: program!,
						descriptors: facts.program!.descriptors,
						names: names!,
						place: spot.place,
						element: spot.physical,
						trace: facts.own,
						claimed: number,
					}),
		arithmetic: sum ?? null,
		proof: proofOf(moves, sum, costs),
		money: moneyOf(facts, moves, costs),
		missing: missingOf(facts),
	};
}

/** What a side is about, and the element in committed order. */
interface Spot {
	readonly place: PlaceView;
	readonly physical: number;
}

/** Where the number is; undefined as long as none is named, or the program is not here. */
function spotOf(
	{ program: known }: DisputeFacts,
	{ named, end, rounds }: DisputeMoves,
	names: readonly string[] | undefined,
): Spot | undefined {
	const element = named?.args.element ?? (end?.name === "Settled" ? end.args.element : undefined);
	const at = rounds.at(-1)?.at;
	if (known === undefined || names === undefined || element === undefined || at === undefined)
		return undefined;
	const operator = Number(at.operator);
	const spec = known.program.operators[operator];
	const physical = Number(element);
	const logical = logicalOf(spec)(physical);
	return {
		physical,
		place: {
			step: Number(at.step),
			operator,
			operatorName: names[operator],
			node: foreign(spec.node),
			kind: spec.kind,
			position: placeInTensor(spec.shape, logical),
			element: logical,
			of: elementCount(spec.shape),
			among: amongNumbers(spec.shape, logical),
		},
	};
}

function arithmeticOf(
	facts: DisputeFacts,
	moves: DisputeMoves,
	{ place, physical }: Spot,
	names: readonly string[],
): ArithmeticView | undefined {
	const { own, program: known } = facts;
	if (own?.operators[place.step] === undefined || known === undefined) return undefined;
	const { program, descriptors } = known;
	const descriptor = descriptors[place.operator];
	const operands = descriptor.operands.map((_, k) => operandOf(program, own, place, k));
	const input = {
		descriptor,
		spec: program.operators[place.operator],
		element: physical,
		rows: program.operators[place.operator].rescale?.rows,
		operands,
		operandNames: operands.map(({ source, index }) =>
			source === "operator"
				? names[index]
				: foreign(source === "input" ? program.inputs[index].name : program.constants[index].name),
		),
		claimed: publishedElement(moves),
		partials: moves.partials?.args.partials ?? [],
	};
	const { end } = moves;
	const wrongPart =
		end?.name === "Settled" && moves.partials !== undefined ? Number(end.args.part) : undefined;
	return arithmetic({ ...input, wrongPart });
}

/** What a proof says of the element itself, where no trace is here: the proof of its last part decides it. */
function provedElement(
	{ program: known }: DisputeFacts,
	{ end, partials }: DisputeMoves,
): number | undefined {
	if (end?.name !== "Settled" || known === undefined) return undefined;
	if (partials === undefined) return Number(end.args.computed);
	if (Number(end.args.part) !== partials.args.partials.length - 1) return undefined;
	const descriptor = known.descriptors[Number(end.args.operator)];
	if (descriptor.rowCount > 1) return undefined;
	const row = known.program.operators[Number(end.args.operator)].rescale?.rows[0];
	return Number(finish(descriptor, end.args.computed, row));
}

function inputsRootOf({ events }: DisputeFacts, request: number): string {
	const asked = events.find(({ name, args }) => name === "Requested" && Number(args.request) === request);
	return asked?.name === "Requested" ? asked.args.inputsRoot : "0x";
}

function programName({ events, program }: DisputeFacts, request: number): DisputeView["program"] {
	const asked = events.find(({ name, args }) => name === "Requested" && Number(args.request) === request);
	const root = asked?.name === "Requested" ? asked.args.program : "0x";
	const registered = events.find(({ name, args }) => name === "Registered" && args.program === root);
	const isRegistered = registered?.name === "Registered";
	return {
		root,
		number: isRegistered ? Number(registered.args.number) : 0,
		name: program === undefined ? null : foreign(program.program.name),
		operators: isRegistered ? registered.args.header.operatorCount : 0,
		steps: isRegistered ? registered.args.header.steps : 0,
	};
}

function sideOf(
	side: SideName,
	{ facts, moves, claimed, follows }: Words,
	{ account, costs }: { account: string; costs: readonly MoveCost[] },
): SideView {
	const mine = costs.filter((cost) => cost.side === side);
	const { submitterBond, challengerBond, burnPermille, reserve } = facts.parameters;
	const isSubmitter = side === "submitter";
	const bond = isSubmitter ? submitterBond : challengerBond;
	const { end } = moves;
	const lost =
		end?.name === "Reclaimed"
			? undefined
			: end?.name === "TimedOut" && Number(end.args.loser) === 2
				? "challenger"
				: end && "submitter";
	const other = isSubmitter ? challengerBond : submitterBond;
	const won = other - (other * BigInt(burnPermille)) / 1000n;
	const bondText =
		end === undefined
			? `${ether(bond)} at stake`
			: lost === side
				? `${ether(bond)} lost`
				: lost === undefined
					? `${ether(bond)}${isSubmitter ? "" : " back"}`
					: `${ether(bond)}${isSubmitter ? " still locked" : " back"}, + ${ether(won)} won`;
	const proved = end?.name === "Settled" && follows !== undefined;
	const base = {
		account,
		bond: bondText,
		moves: mine.length,
		seconds: mine.reduce((sum, { seconds }) => sum + seconds, 0),
		gas: mine.reduce((sum, { gas }) => sum + gas, 0),
		reserve: facts.reserves[side],
		reserveOf: reserve,
	};
	if (isSubmitter) {
		return {
			...base,
			says: claimed === undefined ? "vouches for every number" : "published",
			number: claimed === undefined ? null : grouped(claimed),
			denies: false,
			isWrong: end?.name === "Settled",
		};
	}
	return {
		...base,
		says: proved ? "proved" : claimed === undefined ? "says that one is wrong" : "says that this is wrong",
		number: proved ? grouped(follows) : claimed === undefined ? null : grouped(claimed),
		denies: !proved && claimed !== undefined,
		isWrong: false,
	};
}

function proofOf(
	{ end, partials, named }: DisputeMoves,
	sum: ArithmeticView | undefined,
	costs: readonly MoveCost[],
): ProofView {
	if (end?.name !== "Settled") {
		return {
			circuit: null,
			facts: [],
			note:
				end === undefined
					? "Not published yet. The number can be recomputed already."
					: "There is no proof: the dispute ended without one.",
			isPublished: false,
		};
	}
	const { args } = end;
	const part = Number(args.part);
	const cost = costs.find(({ event }) => event === end);
	const inParts = partials !== undefined && named !== undefined;
	const facts = [
		{
			what: inParts ? `${subscript(part + 1)} as it follows` : "The number as it follows",
			value: grouped(args.computed),
		},
		{
			what: inParts ? `${subscript(part + 1)} as published` : "The number as published",
			value: grouped(args.claimed),
		},
		...(inParts
			? [{ what: "Part of the number that was proved", value: `${part + 1} of ${named.args.parts}` }]
			: []),
		{ what: "Who is paid", value: args.challenger },
		{ what: "Gas of the proof\u2019s transaction", value: grouped(cost?.gas ?? 0) },
		{ what: "Transaction", value: end.transaction },
	];
	return {
		circuit: sum === undefined ? null : sum.products > 0 ? "dot" : "elements",
		facts,
		note:
			sum === undefined || sum.products === 0
				? "A Groth16 proof opens the operands under the hashes that both sides agree on; the contract does the rest."
				: `A Groth16 proof of ${counted(sum.products, "product")} at most, from leaves that both sides agree on; the contract does the rest.`,
		isPublished: true,
	};
}

function missingOf({ program, own }: DisputeFacts): string | null {
	if (program === undefined) {
		return "The program is not here, so names, pictures and arithmetic are left out. With --fetch ADDRESS, or umpire inputs put in this home folder, they are shown.";
	}
	if (own === undefined) {
		return "The inputs of the claim are not here, or it is too large to be run for a page, so pictures and arithmetic are left out.";
	}
	return null;
}
