import { radixProduct } from "@umpire/operators/cone.ts";
import { partCount } from "@umpire/operators/parts.ts";
import { type Descriptor, KIND, type Program, type TensorRef } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { claimStatus } from "./claim-status.ts";
import type { StatusView } from "./dispute-view.ts";
import { claimsOf, type MarketFacts, nameOfProgram } from "./market-facts.ts";
import { operatorNames } from "./operator-names.ts";
import { plainShape } from "./tensor-view.ts";
import { counted, foreign, grouped, real, shapeText } from "./text.ts";

export interface OperatorLine {
	readonly operator: number;
	readonly name: string;
	/** The ONNX nodes that it comes from. */
	readonly node: string;
	readonly opType: string;
	readonly kind: string;
	readonly form: string;
	readonly shape: string;
	readonly numbers: number;
	readonly width: number;
	readonly scale: string;
	/** What one of its numbers follows from. */
	readonly reads: number;
	readonly parts: number;
	/** Operators that it reads, of this step or of the step before. */
	readonly operators: readonly number[];
	readonly states: readonly number[];
	readonly inputs: readonly number[];
	readonly constants: readonly string[];
	/** Disputes that ended in it. */
	readonly disputes: readonly { readonly dispute: number; readonly text: string }[];
}

export interface ProgramView {
	readonly root: string;
	readonly number: number;
	readonly chainId: number;
	readonly block: number;
	readonly time: number;
	readonly headline: string;
	readonly lead: string;
	readonly name: string;
	readonly isHere: boolean;
	readonly inputs: readonly { readonly name: string; readonly shape: string }[];
	readonly operators: readonly OperatorLine[];
	readonly outputs: readonly { readonly name: string; readonly operator: number }[];
	readonly claims: readonly {
		readonly claim: number;
		readonly status: StatusView;
		readonly submitter: string;
	}[];
}

const MOST_CLAIMS = 50;

/** A registered program; undefined if there is none with this number. */
export function programView(
	facts: MarketFacts,
	number: number,
	descriptors: readonly Descriptor[] | undefined,
): ProgramView | undefined {
	const registered = facts.events.find(
		({ name, args }) => name === "Registered" && Number(args.number) === number,
	);
	if (registered?.name !== "Registered") return undefined;
	const { program: root, header } = registered.args;
	const program = facts.programs.get(root);
	const claims = claimsOf(facts).filter((claim) => claim.program === root);
	const name = nameOfProgram(facts, root);
	const weights = program?.constants.reduce((sum, { data }) => sum + data.length, 0);
	const steps = header.steps > 1 ? `, ${grouped(header.steps)} steps` : "";
	return {
		root,
		number,
		chainId: facts.chainId,
		block: facts.block,
		time: facts.time,
		headline: `${name.startsWith("program ") ? capital(name) : name}: ${counted(header.operatorCount, "operator")}${steps}, exact on every machine`,
		lead:
			weights === undefined
				? `Registered with ${counted(header.operatorCount, "operator")}. The program itself is not in this home folder: umpire --fetch ADDRESS gets it from where somebody serves it.`
				: `A program of integers with ${counted(weights, "constant number")}. No arithmetic in it rounds, so everyone who runs it gets the same numbers.`,
		name,
		isHere: program !== undefined,
		inputs: (program?.inputs ?? []).map((input) => ({
			name: foreign(input.name),
			shape: shapeText(plainShape(input.shape)),
		})),
		operators:
			program === undefined || descriptors === undefined ? [] : operatorLines(program, descriptors, claims),
		outputs: (program?.outputs ?? []).map(({ name: output, operator }) => ({
			name: foreign(output),
			operator,
		})),
		claims: claims
			.toReversed()
			.slice(0, MOST_CLAIMS)
			.map((claim) => ({
				claim: claim.claim,
				status: claimStatus(facts, claim).status,
				submitter: claim.submitter,
			})),
	};
}

function operatorLines(
	program: Program,
	descriptors: readonly Descriptor[],
	claims: ReturnType<typeof claimsOf>,
): OperatorLine[] {
	const names = operatorNames(program);
	const ended = claims.flatMap(({ disputes }) =>
		disputes.flatMap(({ dispute, end }) =>
			end?.name === "Settled"
				? [
						{
							dispute,
							operator: Number(end.args.operator),
							text: `${grouped(end.args.computed)}, not ${grouped(end.args.claimed)}`,
						},
					]
				: [],
		),
	);
	return program.operators.map((operator, index): OperatorLine => {
		const descriptor = descriptors[index];
		const of = (source: TensorRef["source"]) =>
			operator.operands.flatMap((ref) => (ref.source === source ? [ref.index] : []));
		return {
			operator: index,
			name: names[index],
			node: foreign(operator.node),
			opType: foreign(operator.opType),
			kind: operator.kind,
			form: operator.form.type,
			shape: shapeText(plainShape(operator.shape)),
			numbers: elementCount(operator.shape),
			width: operator.width,
			scale: real(operator.scale, 3),
			reads: readsOf(descriptor),
			parts: partCount(descriptor, 0),
			operators: [...new Set(of("operator"))],
			states: [...new Set(of("state"))],
			inputs: [...new Set(of("input"))],
			constants: of("constant").map((constant) => {
				const { name, shape } = program.constants[constant];
				return `${foreign(name)} ${shapeText(plainShape(shape))}`;
			}),
			disputes: ended.flatMap((one) => (one.operator === index ? [one] : [])),
		};
	});
}

/** Numbers that one number is computed from, as many as there are inside the bounds. */
function readsOf(descriptor: Descriptor): number {
	const terms = radixProduct(descriptor.reductionRadix);
	if (descriptor.kind === KIND.Dot) return terms;
	if (descriptor.kind === KIND.View) return 1;
	return terms * descriptor.operands.length;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
