import type { Width } from "@umpire/commitment/constants.ts";
import { type Elements, emptyElements, widthOf } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/** "umt" and the version of the format. */
const MAGIC = 0x01746d75;

/**
 * A list of tensors as bytes, all little-endian: magic (u32), number of tensors (u32), and for
 * each its width in bits (u32), its number of elements (u32) and the elements in logical order,
 * padded to a multiple of 4 bytes.
 */
export function encodeTensors(tensors: readonly Elements[]): Uint8Array {
	const total = tensors.reduce((sum, { byteLength }) => sum + 8 + padded(byteLength), 8);
	const bytes = new Uint8Array(total);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, MAGIC, true);
	view.setUint32(4, tensors.length, true);
	let at = 8;
	for (const elements of tensors) {
		view.setUint32(at, widthOf(elements), true);
		view.setUint32(at + 4, elements.length, true);
		bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), at + 8);
		at += 8 + padded(elements.byteLength);
	}
	return bytes;
}

/** How many elements of how many bits a tensor has. */
export interface TensorSize {
	readonly width: number;
	readonly elements: number;
}

/** How many bytes `encodeTensors` makes of tensors of these sizes. */
export function encodedSize(sizes: readonly TensorSize[]): number {
	return sizes.reduce((sum, { width, elements }) => sum + 8 + padded((elements * width) / 8), 8);
}

/** The same as `decodeTensors`, for bytes that must hold tensors of these sizes and no others. */
export function decodeTensorsOf(bytes: Uint8Array, sizes: readonly TensorSize[]): Elements[] {
	if (bytes.length !== encodedSize(sizes)) throw damaged();
	const tensors = decodeTensors(bytes);
	const fits = ({ width, elements }: TensorSize, i: number) =>
		widthOf(tensors[i]) === width && tensors[i].length === elements;
	if (tensors.length !== sizes.length || !sizes.every(fits)) throw damaged();
	return tensors;
}

/**
 * The inverse of `encodeTensors`.
 *
 * @throws UmpireError if the bytes are not of that form
 */
export function decodeTensors(bytes: Uint8Array): Elements[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) throw damaged();
	const tensors: Elements[] = [];
	let at = 8;
	for (let count = view.getUint32(4, true); count > 0; count--) {
		if (at + 8 > bytes.length) throw damaged();
		const width = view.getUint32(at, true);
		const length = view.getUint32(at + 4, true);
		if (![8, 16, 32].includes(width)) throw damaged();
		const size = (length * width) / 8;
		if (at + 8 + padded(size) > bytes.length) throw damaged();
		const elements = emptyElements(width as Width, length);
		new Uint8Array(elements.buffer).set(bytes.subarray(at + 8, at + 8 + size));
		tensors.push(elements);
		at += 8 + padded(size);
	}
	if (at !== bytes.length) throw damaged();
	return tensors;
}

const padded = (size: number) => Math.ceil(size / 4) * 4;
const damaged = () =>
	new UmpireError("STORED", "The stored tensors are damaged", {
		advice: "delete the file and run the command again.",
	});
