import { toLogical } from "@umpire/commitment/tensor.ts";
import type { Descriptor, Program } from "@umpire/operators/program.ts";
import type { PicturesView } from "./dispute-view.ts";
import {
	elementReads,
	inputCone,
	logicalOf,
	type OperandTensor,
	operandOf,
	type TensorPlace,
	type TraceTensors,
} from "./element-reads.ts";
import {
	isWritten,
	listView,
	placeInTensor,
	plainShape,
	type TensorView,
	tensorCaption,
	tensorView,
} from "./tensor-view.ts";
import { counted, foreign, grouped } from "./text.ts";

export interface PicturesInput {
	readonly program: Program;
	readonly descriptors: readonly Descriptor[];
	readonly names: readonly string[];
	readonly place: TensorPlace;
	/** Physical. */
	readonly element: number;
	readonly trace: TraceTensors;
	/** The element as published; undefined as long as it is not. */
	readonly claimed: number | undefined;
}

/** Planes smaller than this are no picture. */
const LEAST_SIDE = 6;
/** Planes of an operand that are shown. */
const MOST_OPERAND_PLANES = 12;

/** The tensors that a wrong number follows from, and its own. */
export function picturesOf(input: PicturesInput): PicturesView {
	const { program, descriptors, names, place, element, trace, claimed } = input;
	const spec = program.operators[place.operator];
	const logical = logicalOf(spec)(element);
	const own = trace.operators[place.step][place.operator];
	const published = own.slice();
	if (claimed !== undefined) published[element] = claimed;
	const values = toLogical(published, spec.shape, spec.layout);
	const descriptor = descriptors[place.operator];
	const operands = descriptor.operands.map((_, k) => operandOf(program, trace, place, k));
	const isMap = plainShape(spec.shape).length > 2;
	const name = names[place.operator];
	const marked = tensorView(name, spec.shape, values, { wrong: logical }, { onlyMarked: true });
	const position = placeInTensor(spec.shape, logical);
	return {
		question: question(input),
		operands: operandPictures(input, operands),
		plane: marked,
		planeCaption:
			claimed === undefined
				? `${capital(position)}.`
				: `${capital(position)} says ${grouped(claimed)}${claimed === own[element] ? "" : `; from its operands follows ${grouped(own[element])}`}.`,
		all: isMap ? tensorView(name, spec.shape, values, { wrong: logical }) : null,
	};
}

/** The program's first input, if it is a picture, with what the number follows from outlined. */
function question({ program, descriptors, place, element, trace }: PicturesInput): TensorView | null {
	const spec = program.inputs[0];
	if (spec === undefined) return null;
	const sizes = plainShape(spec.shape);
	if (sizes.length < 2 || sizes.at(-1)! < LEAST_SIDE || sizes.at(-2)! < LEAST_SIDE) return null;
	const read = inputCone(program, descriptors, trace, place, element);
	const values = toLogical(trace.inputs[0], spec.shape, spec.layout);
	return tensorView(foreign(spec.name), spec.shape, values, read === undefined ? {} : { read }, { most: 3 });
}

function operandPictures(
	{ program, descriptors, names, place, element }: PicturesInput,
	operands: readonly OperandTensor[],
): PicturesView["operands"] {
	const reads = elementReads(descriptors[place.operator], element, operands);
	return operands.flatMap((operand, k) => {
		const physical = reads.flatMap((read) => (read.operand === k ? [read.index] : []));
		if (physical.length === 0) return [];
		const { spec, source, index } = operand;
		const toRowMajor = logicalOf(spec);
		const indices = physical.map(toRowMajor);
		const name =
			source === "operator"
				? names[index]
				: foreign(source === "input" ? program.inputs[index].name : program.constants[index].name);
		const values = toLogical(operand.physical, spec.shape, spec.layout);
		const isConstant = source === "constant";
		if (isConstant) return [constantPicture(name, spec.shape, values, indices)];
		const tensor = tensorView(
			name,
			spec.shape,
			values,
			{ read: new Set(indices) },
			{ onlyMarked: true, most: MOST_OPERAND_PLANES },
		);
		const what = new Set(indices).size;
		return [
			{
				tensor,
				isConstant,
				caption: `${capital(tensorCaption(spec.shape))}. The number is computed from the ${counted(what, "outlined number", "outlined ones")}.`,
			},
		];
	});
}

/** Of weights only what is read: whole planes where they are, else a list. */
function constantPicture(
	name: string,
	shape: readonly number[],
	values: ArrayLike<number>,
	indices: readonly number[],
): PicturesView["operands"][number] {
	const read = new Set(indices);
	const view = tensorView(name, shape, values, { read }, { onlyMarked: true, most: MOST_OPERAND_PLANES });
	const isWhole =
		plainShape(shape).length > 2 &&
		view.planes.every(
			({ box, rows, columns }) => box !== null && box[2] * box[3] === rows * columns && rows * columns > 1,
		);
	const listed = [...read].sort((a, b) => a - b).map((index) => values[index]);
	const tensor = isWhole
		? { ...view, planes: view.planes.map((plane, k) => ({ ...plane, label: String(k), box: null })) }
		: { ...listView(name, listed), largest: view.largest };
	const caption = `${counted(read.size, "number")} of the program itself.${isWritten(tensor) ? "" : " Filled: positive. Hollow: negative."}`;
	return { tensor, isConstant: true, caption };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
