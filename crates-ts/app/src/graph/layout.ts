import type { OperatorLine, ProgramView } from "@umpire/views/program-view.ts";

/** What is laid out. */
export interface ToPlace {
	readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
	readonly edges: readonly (readonly [string, string])[];
}

/** Where it stands; centres of nodes, and the corners of edges. */
export interface Placed {
	readonly width: number;
	readonly height: number;
	readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
	readonly edges: readonly { readonly points: readonly { readonly x: number; readonly y: number }[] }[];
}

/** A box of the picture: an input, an operator, or operators that are folded into one. */
export interface Box {
	readonly id: string;
	readonly name: string;
	readonly detail: string;
	readonly operators: readonly number[];
	/** What unfolds it. */
	readonly fold: string | undefined;
	readonly isWrong: boolean;
}

/** Programs of more operators are folded by their ONNX names. */
const MOST_UNFOLDED = 80;

/** The path of names that an operator lies below: "/layer.0/attention/MatMul" is below "layer.0" and "attention". */
function pathOf({ node }: OperatorLine): string[] {
	return node
		.split(" + ")[0]
		.split("/")
		.filter((part) => part !== "")
		.slice(0, -1);
}

/**
 * The boxes of a program and their edges. In a long one consecutive operators below the same name are one box, but for
 * the names that are unfolded; what is searched for is unfolded, too.
 */
export function boxesOf(
	view: Pick<ProgramView, "operators" | "inputs">,
	unfolded: ReadonlySet<string>,
	found: ReadonlySet<number> | undefined,
): { readonly boxes: Box[]; readonly edges: (readonly [string, string])[] } {
	const { operators, inputs } = view;
	const folds = operators.length > MOST_UNFOLDED;
	const wanted = found !== undefined && found.size <= MOST_UNFOLDED ? found : new Set<number>();
	const boxes: Box[] = inputs.map(({ name, shape }, i) => ({
		id: `i${i}`,
		name,
		detail: shape,
		operators: [],
		fold: undefined,
		isWrong: false,
	}));
	const boxOf: string[] = [];
	let last: { fold: string; operators: OperatorLine[] } | undefined;
	const close = () => {
		if (last === undefined) return;
		const first = last.operators[0];
		const id = `f${first.operator}`;
		for (const { operator } of last.operators) boxOf[operator] = id;
		boxes.push({
			id,
			name: last.operators.length === 1 ? first.name : (last.fold.split("/").at(-1) ?? ""),
			detail: last.operators.length === 1 ? first.shape : `${last.operators.length} operators`,
			operators: last.operators.map(({ operator }) => operator),
			fold: last.operators.length === 1 ? undefined : last.fold,
			isWrong: last.operators.some(({ disputes }) => disputes.length > 0),
		});
		last = undefined;
	};
	for (const one of operators) {
		const fold = folds && !wanted.has(one.operator) ? foldOf(pathOf(one), unfolded) : undefined;
		if (fold === undefined || fold !== last?.fold) close();
		if (fold === undefined) {
			last = { fold: "", operators: [one] };
			close();
		} else if (last === undefined) last = { fold, operators: [one] };
		else last.operators.push(one);
	}
	close();
	const seen = new Set<string>();
	const edges = operators.flatMap((one) =>
		[...one.operators.map((from) => boxOf[from]), ...one.inputs.map((input) => `i${input}`)].flatMap(
			(from) => {
				const to = boxOf[one.operator];
				const key = `${from} ${to}`;
				if (from === to || seen.has(key)) return [];
				seen.add(key);
				return [[from, to] as const];
			},
		),
	);
	return { boxes, edges };
}

/** The longest name that is still folded; undefined if all are unfolded. */
function foldOf(path: readonly string[], unfolded: ReadonlySet<string>): string | undefined {
	for (let length = 1; length <= path.length; length++) {
		const name = path.slice(0, length).join("/");
		if (!unfolded.has(name)) return name;
	}
	return undefined;
}
