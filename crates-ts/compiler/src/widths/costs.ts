import type { OptionName, Product, Unit, Units } from "./units.ts";

/**
 * What a multiplication costs, of a float32 product's: rounded, of single kernels with AVX512-VNNI and AVX2 (docs/decisions/0031),
 * and between the two here, so that every machine chooses alike.
 */
const COSTS = {
	matmul: { A16W14: 2.7, A16W7: 0.8, float32: 2.7, A8W14: 1.1, A8W7: 0.4 },
	pointwise: { A16W14: 2.5, A16W7: 1.6, float32: 1.1, A8W14: 1.1, A8W7: 0.5 },
	conv: { A16W14: 2.5, A16W7: 2.5, float32: 1.1, A8W14: 1.1, A8W7: 0.45 },
	depthwise: { A16W14: 3.8, A16W7: 3.8, float32: 1.25, A8W14: 1.25, A8W7: 0.85 },
	/** Of two computed operands: float64, or float32 where both are bytes. */
	values: { A16W14: 2.7, A16W7: 2.7, float32: 2.7, A8W14: 1.1, A8W7: 1.1 },
} as const;

/** Of fine weights that integer kernels take in two digits. */
const DIGITS_COST = 1.7;

/** Multiplications that take as long as to go once through an element: to make a copy of it, and to read it in 16 bits rather than in 8. */
const PASSES = { copy: 20, wide: 20 };

/** A plan is a number for each unit: the place of its option. */
export type WidthPlan = readonly number[];

export const optionOf = ({ units }: Units, plan: WidthPlan, unit: number): OptionName =>
	unit < 0 ? "A16W14" : units[unit].options[plan[unit]];

const isByte = (option: OptionName): boolean => option.startsWith("A8");

/** Whether a unit is narrow for all that read it: there is no copy to be made then, and if it is bytes its convolution gives them. */
export const isWhole = ({ others, roots, isInput }: Unit, option: OptionName): boolean => {
	if (option === "A8W7 for all") return true;
	const narrow = isByte(option) || (option === "float32" && !isInput);
	return narrow && others === 0 && roots.length > 0;
};

/** The time that a plan is expected to take, in multiplications of float32 products. */
export const costOf = (all: Units, plan: WidthPlan): number =>
	unitCosts(all, plan).reduce((a, b) => a + b, 0);

/** The same for each unit, whose products are those that read it first; what no unit is read by comes last. */
export function unitCosts(all: Units, plan: WidthPlan): number[] {
	const option = (unit: number): OptionName => optionOf(all, plan, unit);
	const gives = (unit: number): boolean =>
		unit >= 0 && isByte(option(unit)) && isWhole(all.units[unit], option(unit));
	const costs = all.units.map((unit, k) => {
		if (isWhole(unit, option(k))) return 0;
		const copies = isByte(option(k)) || option(k) === "float32" ? unit.factors.length : 0;
		return unit.elements * (PASSES.copy * copies + PASSES.wide * unit.others);
	});
	costs.push(0);
	for (const product of all.products) {
		const [first = -1] = product.reads;
		const kernel = kernelOf(product, option, gives(product.gives));
		costs[first < 0 ? all.units.length : first] += product.work * timeOf(product, kernel);
	}
	return costs;
}

type Kernel = keyof typeof COSTS.matmul;

/** What is left of a kernel where weights stay fine. */
const WIDE: Readonly<Record<Kernel, Kernel>> = {
	A16W14: "A16W14",
	A16W7: "A16W14",
	float32: "float32",
	A8W14: "A8W14",
	A8W7: "A8W14",
};

function timeOf({ type, isSmall, hasDigits }: Product, kernel: Kernel): number {
	const taken = isSmall ? WIDE[kernel] : kernel;
	return taken === "A16W14" && hasDigits ? DIGITS_COST : COSTS[type][taken];
}

/** The kernel that a product gets: those of bytes need them on all sides. */
function kernelOf(
	{ type, reads }: Product,
	option: (unit: number) => OptionName,
	givesBytes: boolean,
): Kernel {
	const [first = "A16W14", ...more] = reads.map(option);
	if (type === "matmul" || type === "pointwise") return first === "A8W7 for all" ? "A8W7" : first;
	if (first === "float32" && more.length === 0) return first;
	if (![first, ...more].every(isByte)) return "A16W14";
	if (type === "values") return "A8W7";
	return first !== "A8W14" && givesBytes ? "A8W7" : "A8W14";
}
