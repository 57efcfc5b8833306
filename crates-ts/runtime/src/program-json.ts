import type { Width } from "@umpire/commitment/constants.ts";
import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";
import { alike } from "@umpire/onnx/lazy-data.ts";
import {
	type ConstantTensor,
	type Elements,
	type InputTensor,
	OPEN_ENDS,
	type Operator,
	type Powers,
	type Program,
	type TensorSpec,
	WHOLE_TYPES,
} from "@umpire/operators/program.ts";

/** Thrown when a program file cannot be used; the message says why and what to do. */
export class ProgramFileError extends UmpireError {
	override readonly name = "ProgramFileError";

	constructor(found: string, details: ErrorDetails = {}) {
		super("PROGRAM_FILE", found, details);
	}
}

/** The version of the metadata's shape. */
const FORMAT = 1;

/** A program without the elements of its constants, as JSON: numbers as they are, biases as text. */
export function programToJson(program: Program): string {
	const constants = program.constants.map((constant) => {
		const { data: _, ...fields } = Object.getOwnPropertyDescriptors(constant);
		return Object.defineProperties({}, fields);
	});
	return JSON.stringify({ format: FORMAT, ...program, constants }, (_, value: unknown) =>
		typeof value === "bigint" ? value.toString() : value,
	);
}

/**
 * The program that `programToJson` wrote; `dataOf` gives what holds the elements of constant `index`.
 * Only its shape is checked here: validate the program before it is used.
 *
 * @throws ProgramFileError if the JSON is not a program
 */
export function programFromJson(
	text: string,
	dataOf: (index: number, name: string, width: Width) => { readonly data: Elements },
): Program {
	const json = object(parse(text), "the program");
	if (json.format !== FORMAT) {
		throw new ProgramFileError(`format ${String(json.format)} found, this version reads format ${FORMAT}`);
	}
	return {
		name: string(json.name, "name"),
		steps: number(json.steps, "steps"),
		inputs: list(json.inputs, "inputs").map((item, i) => input(item, `input ${i}`)),
		constants: list(json.constants, "constants").map((item, i): ConstantTensor => {
			const constant = named(item, `constant ${i}`);
			return alike(dataOf(i, constant.name, constant.width), constant);
		}),
		operators: list(json.operators, "operators").map((item, i) => operator(item, `operator ${i}`)),
		...lazy(json.lazy),
		...(json.segment === undefined ? {} : { segment: number(json.segment, "segment") }),
		outputs: list(json.outputs, "outputs").map((item, i) => {
			const output = object(item, `output ${i}`);
			return {
				name: string(output.name, `output ${i}: name`),
				operator: number(output.operator, `output ${i}: operator`),
			};
		}),
	};
}

type Fields = Readonly<Record<string, unknown>>;

function lazy(value: unknown): Pick<Program, "lazy"> {
	if (value === undefined) return {};
	if (typeof value !== "boolean") throw new ProgramFileError("lazy is neither true nor false");
	return { lazy: value };
}

function open(value: unknown, where: string): Pick<Operator, "open"> {
	if (value === undefined) return {};
	const ends = OPEN_ENDS.find((one) => one === value);
	if (ends === undefined) throw new ProgramFileError(`${where}: open is none of ${OPEN_ENDS.join(", ")}`);
	return { open: ends };
}

function operator(value: unknown, where: string): Operator {
	const fields = object(value, where);
	const form = object(fields.form, `${where}: form`);
	string(form.type, `${where}: form.type`);
	const operands = list(fields.operands, `${where}: operands`).map((item) => {
		const ref = object(item, `${where}: operand`);
		const source = string(ref.source, `${where}: source`);
		const index = number(ref.index, `${where}: index`);
		return source === "state"
			? { source, index, initial: number(ref.initial, `${where}: initial`) }
			: { source, index };
	});
	const base = {
		...spec(fields, where),
		kind: string(fields.kind, `${where}: kind`),
		form: plainFields(form, where),
		operands,
		node: string(fields.node, `${where}: node`),
		opType: string(fields.opType, `${where}: opType`),
		...open(fields.open, where),
	};
	if (fields.rescale === undefined) return base as unknown as Operator;
	const rescale = object(fields.rescale, `${where}: rescale`);
	const rows = list(rescale.rows, `${where}: rows`).map((item) => {
		const row = object(item, `${where}: row`);
		return {
			bias: bigint(row.bias, `${where}: bias`),
			multiplier: number(row.multiplier, `${where}: multiplier`),
			shift: number(row.shift, `${where}: shift`),
		};
	});
	const axes = numbers(rescale.axes, `${where}: axes`);
	return { ...base, rescale: { rows, axes } } as unknown as Operator;
}

/** A form's fields are texts, truths, whole numbers or lists of them. */
function plainFields(form: Fields, where: string): Fields {
	for (const [key, value] of Object.entries(form)) {
		if (typeof value === "string" || typeof value === "boolean") continue;
		if (Array.isArray(value)) numbers(value, `${where}: ${key}`);
		else number(value, `${where}: ${key}`);
	}
	return form;
}

function spec(fields: Fields, where: string): TensorSpec {
	const width = number(fields.width, `${where}: width`);
	if (width !== 8 && width !== 16 && width !== 32) {
		throw new ProgramFileError(`${where}: width ${width} found, 8, 16 or 32 expected`);
	}
	if (typeof fields.scale !== "number") throw new ProgramFileError(`${where}: no scale`);
	return {
		shape: numbers(fields.shape, `${where}: shape`),
		layout: numbers(fields.layout, `${where}: layout`),
		width,
		low: number(fields.low, `${where}: low`),
		high: number(fields.high, `${where}: high`),
		scale: fields.scale,
	};
}

function named(value: unknown, where: string): TensorSpec & { readonly name: string } {
	const fields = object(value, where);
	return { ...spec(fields, where), name: string(fields.name, `${where}: name`) };
}

function input(value: unknown, where: string): InputTensor {
	const { type: given, powers: own, missing } = object(value, where);
	const type = WHOLE_TYPES.find((whole) => whole === given);
	if (given !== undefined && type === undefined)
		throw new ProgramFileError(`${where}: no type of whole numbers`);
	return {
		...named(value, where),
		...(type === undefined ? {} : { type }),
		...(own === undefined ? {} : { powers: powers(own, `${where}: powers`) }),
		...(missing === undefined ? {} : { missing: reals(missing, `${where}: missing`) }),
	};
}

function powers(value: unknown, where: string): Powers {
	const { shape, exponents } = object(value, where);
	return {
		shape: numbers(shape, `${where}: shape`),
		exponents: numbers(exponents, `${where}: exponents`),
	};
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new ProgramFileError(`its metadata is not JSON: ${(error as Error).message}`);
	}
}

function object(value: unknown, where: string): Fields {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new ProgramFileError(`${where}: an object expected`);
	}
	return value as Fields;
}

function list(value: unknown, where: string): readonly unknown[] {
	if (!Array.isArray(value)) throw new ProgramFileError(`${where}: a list expected`);
	return value;
}

function numbers(value: unknown, where: string): number[] {
	return list(value, where).map((item) => number(item, where));
}

/** Numbers that need not be whole. */
function reals(value: unknown, where: string): number[] {
	return list(value, where).map((item) => {
		if (typeof item !== "number") throw new ProgramFileError(`${where}: a number expected`);
		return item;
	});
}

function number(value: unknown, where: string): number {
	if (!Number.isSafeInteger(value)) throw new ProgramFileError(`${where}: a whole number expected`);
	return value as number;
}

function string(value: unknown, where: string): string {
	if (typeof value !== "string") throw new ProgramFileError(`${where}: text expected`);
	return value;
}

function bigint(value: unknown, where: string): bigint {
	if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) {
		throw new ProgramFileError(`${where}: digits in quotes expected`);
	}
	return BigInt(value);
}
