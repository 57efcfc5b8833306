import { OnnxError } from "./errors.ts";

const GRAPH_FIELD = 7;
const MAGIC: readonly (readonly [string, string])[] = [
	["version https://git-lfs", "a Git LFS pointer, not the model itself: run `git lfs pull`"],
	["PK\x03\x04", "a zip archive (a PyTorch checkpoint?): export it with torch.onnx.export"],
	["\x89HDF", "an HDF5 file (Keras?): convert it with tf2onnx"],
	["\x80\x02", "a Python pickle: export the model to ONNX"],
	["<", "an HTML or XML page, not a model: download the file again"],
	["{", "JSON, not a model: give the .onnx file"],
];

/**
 * Walks the outermost fields of a ModelProto without decoding them, so that a truncated or
 * foreign file is told apart from a sound one.
 * @throws OnnxError with one line that says what the file is
 */
export function checkEnvelope(bytes: Uint8Array, label: string): void {
	if (bytes.length === 0) throw new OnnxError(`${label} is empty`, { advice: "download or export it again" });
	const head = String.fromCharCode(...bytes.subarray(0, 64));
	for (const [magic, what] of MAGIC) if (head.startsWith(magic)) throw new OnnxError(`${label} is ${what}`);
	let at = 0;
	let seen = 0;
	let graph = false;
	const notOnnx = `${label} is not an ONNX model (${bytes.length} bytes that do not start like one): give an .onnx file`;
	const truncated = (missing: string) =>
		new OnnxError(`${label} is truncated (${missing})`, { advice: "download or export it again" });
	const varint = (): number => {
		let value = 0;
		for (let shift = 0; shift < 70; shift += 7) {
			if (at >= bytes.length) throw truncated(`it ends after ${bytes.length} bytes, inside a field`);
			const byte = bytes[at++];
			value += (byte & 127) * 2 ** shift;
			if (byte < 128) return value;
		}
		throw new OnnxError(notOnnx);
	};
	while (at < bytes.length) {
		const tag = varint();
		const field = Math.floor(tag / 8);
		const wire = tag % 8;
		if (field === 0 || field > 100 || (wire !== 0 && wire !== 2)) throw new OnnxError(notOnnx);
		if (wire === 0) {
			varint();
		} else {
			const length = varint();
			if (at + length > bytes.length) {
				if (seen === 0) throw new OnnxError(notOnnx);
				const name = field === GRAPH_FIELD ? "its graph" : `field ${field}`;
				throw truncated(`${name} needs ${length} bytes, ${bytes.length - at} are there`);
			}
			if (field === GRAPH_FIELD && length > 0) graph = true;
			at += length;
		}
		seen++;
	}
	if (!graph) throw new OnnxError(`${label} has no graph in it: it is not an ONNX model, or an empty one`);
}
