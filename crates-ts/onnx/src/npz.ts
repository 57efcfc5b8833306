import { unzipSync } from "fflate";
import { InputError } from "./errors.ts";
import { readNpy } from "./npy.ts";
import type { NamedTensor } from "./tensor-file.ts";

/**
 * Reads NumPy's .npz format: a zip of .npy files, in their order, under the names that numpy.savez gave them.
 *
 * @throws InputError if the bytes are none, or an array is no tensor
 */
export function readNpz(bytes: Uint8Array): NamedTensor[] {
	let files: Record<string, Uint8Array>;
	try {
		files = unzipSync(bytes);
	} catch (cause) {
		throw new InputError(`not a .npz file (${(cause as Error).message}): save the arrays with numpy.savez`, {
			cause,
		});
	}
	return Object.entries(files).map(([file, content]) => {
		const name = file.replace(/\.npy$/, "");
		try {
			return { name, tensor: readNpy(content) };
		} catch (cause) {
			throw new InputError(`array "${name}": ${(cause as Error).message}`, { cause });
		}
	});
}
