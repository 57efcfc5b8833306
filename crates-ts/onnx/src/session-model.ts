import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse, relative, sep } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { readRange } from "./file-bytes.ts";
import { fileRangeOf } from "./lazy-data.ts";
import type { Model } from "./model.ts";
import type { Place } from "./tensor-proto.ts";
import { isLarge, LARGE, tensorBytes } from "./weight-bytes.ts";
import { writeModel } from "./write.ts";
import { writeAt } from "./write-file.ts";

/** A model as a session of onnxruntime takes it. */
export interface SessionModel {
	readonly bytes: Uint8Array;
	/** What a session of a large model needs besides; empty for others. */
	readonly options: Pick<InferenceSession.SessionOptions, "enableCpuMemArena" | "enableMemPattern">;
	/** Entries of onnxruntime's configuration below "session". */
	readonly session: Readonly<Record<string, string>>;
	/** Whether its weights are mapped from files, and should be copied nowhere. */
	readonly isLarge: boolean;
	/** To be called when the session is there, or will not be. */
	release(): void;
}

/**
 * The bytes of a model for a session. The weights of a large one are not in them: onnxruntime maps the files that they
 * are in, or one that is written here. It neither repacks them nor keeps what it needed once.
 */
export function sessionModel(model: Model): SessionModel {
	if (!isLarge(model.graph))
		return { bytes: writeModel(model), options: {}, session: {}, isLarge: false, release() {} };
	const folder = mkdtempSync(join(tmpdir(), "umpire-"));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	let held: Model | undefined = model;
	try {
		return {
			bytes: placed(held, join(folder, "weights.bin")),
			options: { enableCpuMemArena: false, enableMemPattern: false },
			session: {
				model_external_initializers_file_folder_path: parse(folder).root,
				disable_prepacking: "1",
			},
			isLarge: true,
			release() {
				// Until they are mapped, temporary files are there as long as the tensors in them (large-data.ts).
				held = undefined;
				remove();
			},
		};
	} catch (error) {
		remove();
		throw error;
	}
}

/** The model's bytes; what is in no file of the disk goes to `path`. */
function placed(model: Model, path: string): Uint8Array {
	const { root } = parse(path);
	const locate = (file: string): string => relative(root, file).split(sep).join("/");
	const file = openSync(path, "w");
	let end = 0;
	try {
		return writeModel(model, (_, tensor): Place | undefined => {
			const length = tensorBytes(tensor);
			if (length < LARGE.part) return undefined;
			const range = fileRangeOf(tensor);
			if (range !== undefined && parse(range.path).root === root) {
				// A file that is not what it was is refused here.
				readRange({ ...range, length: 0 });
				return { location: locate(range.path), offset: range.offset, length: range.length };
			}
			const offset = end;
			writeAt(file, tensor.data as Float32Array, offset);
			end = Math.ceil((offset + length) / 2 ** 12) * 2 ** 12;
			return { location: locate(path), offset, length };
		});
	} finally {
		closeSync(file);
	}
}
