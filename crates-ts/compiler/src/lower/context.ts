import { emptyElements } from "@umpire/commitment/elements.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE, type Range, reachOf, UNBOUNDED } from "@umpire/graph/ranges.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { identityLayout, sameShape } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { setAside } from "@umpire/onnx/set-aside.ts";
import type {
	ConstantTensor,
	Elements,
	Form,
	InputTensor,
	Kind,
	OpenEnds,
	Operator,
	Rescale,
	TensorRef,
} from "@umpire/operators/program.ts";
import { type Assignment, assignedQuantisation } from "../quantise/assign.ts";
import { BOOLEAN, type Precision, type Quantisation, WIDE_LIMIT, wholeNumbers } from "../quantise/scales.ts";
import type { Widths } from "../widths/widths.ts";
import { FunctionTables } from "./function-tables.ts";
import type { FusedOp } from "./fused-op.ts";
import type { Value } from "./value.ts";

export type { Value };

/** An input on grids besides its own (quantise/graded-inputs.ts). */
export interface GradedValue {
	readonly coarse: Value | undefined;
	readonly fine: Value | undefined;
	readonly least: number;
}

/** What a lowering says of an operator; the context adds names and layout. */
export interface Emission {
	readonly kind: Kind;
	readonly form: Form;
	readonly operands: readonly Value[];
	readonly shape: readonly number[];
	readonly quantisation: Quantisation;
	readonly rescale?: Rescale;
	/** Of tables, the ends of the result's range beyond which the function goes. */
	readonly open?: OpenEnds | undefined;
}

/** Collects operators and constants while the fused operators of a graph are lowered one by one. */
export class Context {
	readonly facts: Facts;
	readonly precision: Precision;
	/** Precision of what is no ONNX value, such as sums on the way to one: never less than 16 bits. */
	readonly innerPrecision: Precision;
	readonly operators: Operator[] = [];
	readonly constants: ConstantTensor[] = [];
	/** Per operator, the ONNX value that it computes, if it computes one. */
	readonly origins: (string | undefined)[] = [];
	/** Of operators that multiply a value by constants, the node that they come from: its first result. */
	readonly products = new Map<number, string>();
	readonly tables = new FunctionTables();
	private readonly values = new Map<string, Value>();
	private readonly grades = new Map<string, GradedValue>();
	private readonly constantKeys = new Map<string, number>();
	private fused: FusedOp | undefined;

	/** How values are quantised that have a reason to be so. */
	private readonly assignment: Assignment;

	/** Which values are bytes, and which weights have 7 bits, where that was searched for. */
	readonly widths: Widths | undefined;

	/** Values whose grids are powers of two of one another (quantise/aligned-sums.ts). */
	readonly #aligned: ReadonlySet<string>;

	constructor(
		facts: Facts,
		precision: Precision,
		assignment: Assignment = new Map(),
		widths?: Widths,
		aligned: ReadonlySet<string> = new Set(),
	) {
		this.#aligned = aligned;
		this.facts = facts;
		this.precision = precision;
		this.innerPrecision = precision.bits === 8 ? { ...precision, bits: 16, limit: 32767 } : precision;
		this.assignment = assignment;
		this.widths = widths;
	}

	/** Operators emitted from now on come from this fused operator. */
	enter(fused: FusedOp): void {
		this.fused = fused;
	}

	get node(): Node {
		return this.fused!.nodes[0];
	}

	/** An error about the node being lowered, or about an input before there is one. */
	error(reason: string, hint?: string): CompileError {
		return new CompileError(reason, {
			...(this.fused ? { node: this.node } : {}),
			...(hint ? { hint } : {}),
		});
	}

	shape(name: string): readonly number[] {
		const shape = this.facts.shapes.get(name);
		if (!shape) throw this.error(`value "${name}" has no known shape`);
		return shape;
	}

	type(name: string): ElementType {
		const type = this.facts.types.get(name);
		if (!type) throw this.error(`value "${name}" has no known type`);
		return type;
	}

	/** The constant's real numbers; undefined for a value that depends on inputs, or an omitted one (""). */
	real(name: string | undefined): Real | undefined {
		const tensor = name ? this.facts.constants.get(name) : undefined;
		return tensor && toReal(tensor);
	}

	/** A constant of whole numbers (axes, pads, shapes); undefined if the input is omitted. */
	integers(name: string | undefined, role: string): number[] | undefined {
		if (!name) return undefined;
		const real = this.real(name);
		if (!real) throw this.error(`its ${role} depend on the model's inputs`, `Make the ${role} constant`);
		return Array.from(real.data);
	}

	/** Quantisation of an ONNX value by its calibrated range (see quantisationOf). */
	quantisation(name: string, bounds: Range = UNBOUNDED, natural = 0): Quantisation {
		const range = this.facts.ranges.get(name) ?? { low: 0, high: 0 };
		if (this.type(name) === "bool") return BOOLEAN;
		if (isFloat(this.type(name))) {
			return assignedQuantisation(this.assignment.get(name), range, this.precision, bounds, natural);
		}
		const whole = wholeNumbers(range, bounds);
		if (whole) return whole;
		throw this.error(`"${name}" holds whole numbers up to ${reachOf(range)}`, "Keep integers below 2^31");
	}

	/** How many times further than calibration saw the value has room. */
	marginOf(name: string): number {
		return (this.assignment.get(name)?.precision ?? this.precision).margin;
	}

	isWide(name: string): boolean {
		return this.assignment.get(name)?.wide ?? false;
	}

	/** Whether a value's grid follows from more than its range and its bits: from what it is added to, or compared with. */
	hasReason(name: string): boolean {
		if (this.#aligned.has(name)) return true;
		return (this.assignment.get(name)?.reasons ?? []).some((reason) => reason !== "fast");
	}

	/** The quantised tensor of an ONNX value; constants are quantised to their own range, `wide` in 32 bits. */
	value(name: string, wide = false): Value {
		const known = this.values.get(name);
		if (known && !(wide && this.facts.constants.has(name))) return known;
		const real = this.real(name);
		if (!real) throw this.error(`input "${name}" has no value`, "The model is inconsistent");
		const type = this.type(name);
		const own = type === "bool" ? BOOLEAN : this.ownQuantisation(real, isFloat(type), wide);
		const value = this.quantised(name, real, own);
		if (!wide) this.values.set(name, value);
		return value;
	}

	/** Quantisation of a constant to the range of its numbers, at the ends of which infinities lie; whole numbers keep scale 1. */
	ownQuantisation(real: Real, float: boolean, wide = false): Quantisation {
		const range = extremes(real.data, HUGE);
		if (float) {
			const { limit, bits } = wide ? { limit: WIDE_LIMIT, bits: 32 as const } : this.precision;
			return { scale: (reachOf(range) || 1) / limit, low: -limit, high: limit, width: bits };
		}
		const whole = wholeNumbers(range);
		if (whole) return whole;
		throw this.error(`a constant holds whole numbers up to ${reachOf(range)}`, "Keep integers below 2^31");
	}

	/** A constant tensor with integers round(real / scale), clipped to the quantisation's range. */
	quantised(name: string, real: Real, quantisation: Quantisation): Value {
		const { scale, low, high, width } = quantisation;
		const { data } = real;
		const integers = emptyElements(width, data.length);
		for (let i = 0; i < data.length; i++)
			integers[i] = Math.max(low, Math.min(high, Math.round(data[i] / scale)));
		return this.constant(name, real.shape, integers, scale);
	}

	/** A constant tensor of integers; equal constants are stored once. */
	constant(
		name: string,
		shape: readonly number[],
		data: Elements,
		scale: number,
		layout: readonly number[] = identityLayout(shape.length),
	): Value {
		const width = data instanceof Int8Array ? 8 : data instanceof Int16Array ? 16 : 32;
		const { low, high } = extremes(data);
		const key = [width, shape.join(), layout.join(), scale, fingerprint(data)].join(";");
		let index = this.constantKeys.get(key);
		if (index === undefined || !equal(this.constants[index].data, data)) {
			index = this.constants.length;
			this.constantKeys.set(key, index);
			this.constants.push(setAside({ name, shape, layout, width, low, high, scale }, data));
		}
		return { ref: { source: "constant", index }, spec: this.constants[index] };
	}

	emit(emission: Emission): Value {
		const { kind, form, operands, shape, quantisation, rescale, open } = emission;
		if (!this.fused) throw new CompileError("an operator was emitted outside of a fused operator");
		const operator: Operator = {
			kind,
			form,
			operands: operands.map((operand) => operand.ref),
			shape,
			layout: identityLayout(shape.length),
			...quantisation,
			...(rescale ? { rescale } : {}),
			node: this.fused.nodes.map((node) => node.name).join(" + "),
			opType: this.fused.nodes.map((node) => node.opType).join("+"),
			...(open ? { open } : {}),
		};
		this.operators.push(operator);
		this.origins.push(undefined);
		return { ref: { source: "operator", index: this.operators.length - 1 }, spec: operator };
	}

	/** A View that keeps the operand's quantisation; the operand itself where nothing would move. */
	reshaped(operand: Value, shape: readonly number[]): Value {
		if (sameShape(operand.spec.shape, shape)) return operand;
		return this.emit({
			kind: "View",
			form: { type: "reshape" },
			operands: [operand],
			shape,
			quantisation: quantisationOfValue(operand),
		});
	}

	/**
	 * The largest magnitude that the certificate lets the value have: of an input, and of what is moved from one, all
	 * that its width holds, whatever clients clip it to.
	 */
	representableReach(value: Value): number {
		const { source, index } = value.ref;
		const whole = 2 ** (value.spec.width - 1);
		if (source === "input") return whole;
		if (source !== "operator" || this.operators[index].kind !== "View") return integerReach(value);
		const isMoved = this.operators[index].operands.some((operand) => this.#isInput(operand));
		return isMoved ? whole : integerReach(value);
	}

	#isInput({ source, index }: TensorRef): boolean {
		if (source !== "operator") return source === "input";
		const { kind, operands } = this.operators[index];
		return kind === "View" && operands.some((operand) => this.#isInput(operand));
	}

	/** What the value is a reshape of, of the inputs and operators; the value itself if it is none. */
	unreshaped(value: Value): Value {
		if (value.ref.source !== "operator") return value;
		const { form, operands } = this.operators[value.ref.index];
		const [from] = operands;
		if (form.type !== "reshape" || from.source === "constant") return value;
		const known = [...this.values.values()].find(
			({ ref }) => ref.source === from.source && ref.index === from.index,
		);
		return known ?? value;
	}

	/** States that `value` is the ONNX value `name`. */
	bind(name: string, value: Value): void {
		const expected = this.facts.shapes.get(name);
		if (expected && !sameShape(expected, value.spec.shape)) {
			const [found, wanted] = [value.spec.shape, expected].map((shape) => `[${shape.join(", ")}]`);
			throw this.error(`"${name}" was lowered to shape ${found}, onnxruntime says ${wanted}`);
		}
		this.values.set(name, value);
		const { source, index } = value.ref;
		if (source === "operator") this.origins[index] ??= name;
	}

	/** Gives constants the grids of what they are compared with. */
	bindCompared(): void {
		for (const [name, { fixed }] of this.assignment) {
			const real = fixed && this.real(name);
			if (real) this.values.set(name, this.quantised(name, real, fixed));
		}
	}

	/** The further grids of an input, by which its small numbers are told. */
	gradesOf(name: string): GradedValue | undefined {
		return this.grades.get(name);
	}

	bindGrades(name: string, grades: GradedValue): void {
		this.grades.set(name, grades);
	}

	bindInput(input: InputTensor, index: number): void {
		this.values.set(input.name, { ref: { source: "input", index }, spec: input });
	}
}

export function quantisationOfValue({ spec }: Value): Quantisation {
	return { scale: spec.scale, low: spec.low, high: spec.high, width: spec.width };
}

/** Largest magnitude of the value's integers. */
export function integerReach({ spec }: Value): number {
	return reachOf(spec);
}

export function elementsOf(integers: ArrayLike<number>, width: 8 | 16 | 32): Elements {
	if (width === 8) return Int8Array.from(integers);
	return width === 16 ? Int16Array.from(integers) : Int32Array.from(integers);
}

/** The least and the largest element of a magnitude below `bound`. */
function extremes(data: ArrayLike<number>, bound = Number.POSITIVE_INFINITY): Range {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < data.length; i++) {
		if (!(Math.abs(data[i]) < bound)) continue;
		if (data[i] < low) low = data[i];
		if (data[i] > high) high = data[i];
	}
	return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** FNV-1a over the elements: a quick key, equality is checked element by element. */
function fingerprint(data: Elements): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data[i], 0x01000193);
	return hash >>> 0;
}

function equal(a: Elements, b: Elements): boolean {
	return a.length === b.length && a.every((value, i) => value === b[i]);
}
