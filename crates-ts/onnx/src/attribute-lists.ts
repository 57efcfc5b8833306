import { OnnxError } from "./errors.ts";

/** Longest list of an attribute: every element of it becomes an object, and several lists of a forest are as long. */
export const MOST_LISTED = 2 ** 20;

/** Fields of ONNX's messages on the way to a list, by their numbers in onnx.proto. */
const GRAPH = 7;
const NODE = { in: 1, name: 3, opType: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, floats: 7, ints: 8, strings: 9 };

/** One field of a message: its number, and where its content is. A number that is no message has no content. */
interface Field {
	readonly number: number;
	readonly wire: number;
	readonly from: number;
	readonly to: number;
}

/**
 * Refuses a model with a longer list than `MOST_LISTED` before it is decoded: a forest of millions of
 * nodes takes more memory than there is, and a process that ran out of it says nothing of why.
 * Bytes that are no message of this kind are left to the decoder.
 * @throws OnnxError naming node and attribute
 */
export function checkAttributeLists(bytes: Uint8Array, label: string, most = MOST_LISTED): void {
	const text = ({ from, to }: Field): string => new TextDecoder().decode(bytes.subarray(from, to));
	const ofNode = (node: Field): void => {
		let [name, opType] = ["", ""];
		for (const field of fieldsOf(bytes, node.from, node.to)) {
			if (field.number === NODE.name) name = text(field);
			else if (field.number === NODE.opType) opType = text(field);
			// Every element has a byte at least.
			else if (field.number === NODE.attribute && field.to - field.from > most) {
				const { called, count } = listOf(bytes, field, text);
				if (count <= most) continue;
				throw new OnnxError(`${label}: ${opType} "${name}" lists ${count} elements as ${called}`, {
					advice: `give it ${most} at most: fewer or smaller trees (before a conversion, LightGBM: model_to_string(num_iteration=…), XGBoost: booster[:n]), other lists as tensors`,
				});
			}
		}
	};
	for (const graph of fieldsOf(bytes, 0, bytes.length))
		if (graph.number === GRAPH && graph.wire === 2)
			for (const node of fieldsOf(bytes, graph.from, graph.to))
				if (node.number === NODE.in && node.wire === 2) ofNode(node);
}

/** An attribute's name, and how many floats, integers or strings it lists; a tensor lists nothing. */
function listOf(
	bytes: Uint8Array,
	attribute: Field,
	text: (field: Field) => string,
): { readonly called: string; readonly count: number } {
	let called = "";
	let count = 0;
	for (const field of fieldsOf(bytes, attribute.from, attribute.to)) {
		if (field.number === ATTRIBUTE.name) called = text(field);
		if (field.number === ATTRIBUTE.strings) count++;
		if (field.number === ATTRIBUTE.floats) count += field.wire === 2 ? (field.to - field.from) / 4 : 1;
		if (field.number === ATTRIBUTE.ints) count += field.wire === 2 ? numbersIn(bytes, field) : 1;
	}
	return { called, count };
}

/** How many variable-length integers are packed in a field: each ends with a byte below 128. */
function numbersIn(bytes: Uint8Array, { from, to }: Field): number {
	let count = 0;
	for (let at = from; at < to; at++) if (bytes[at] < 128) count++;
	return count;
}

function* fieldsOf(bytes: Uint8Array, from: number, to: number): Generator<Field> {
	let at = from;
	const varint = (): number => {
		let value = 0;
		for (let shift = 0; at < to; shift += 7) {
			const byte = bytes[at++];
			value += (byte & 127) * 2 ** shift;
			if (byte < 128) break;
		}
		return value;
	};
	while (at < to) {
		const tag = varint();
		const wire = tag % 8;
		const start = at;
		if (wire === 0) varint();
		const length = wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : 0;
		if (wire > 5 || wire === 3 || wire === 4) return;
		const content = wire === 0 ? start : at;
		at = Math.min(to, at + length);
		yield { number: Math.floor(tag / 8), wire, from: content, to: at };
	}
}
