import { realpathSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import { OnnxError } from "./errors.ts";
import { readRange, stampOf } from "./file-bytes.ts";
import type { ExternalFiles } from "./tensor-proto.ts";

/** Whether a path from a folder leads out of it: a folder beside it may begin with the same letters. */
const leaves = (path: string): boolean => path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);

/** The files of a model's folder, and no others: neither by a path nor by a link out of it. Only what is asked for is read. */
export function filesIn(folder: string): ExternalFiles {
	return {
		find(location, label) {
			if (location === "" || isAbsolute(location) || leaves(normalize(location)))
				throw new OnnxError(`${label} is in the external file "${location}", which is not beside the model`);
			const path = join(folder, location);
			try {
				if (leaves(relative(realpathSync(folder), realpathSync(path))))
					throw new OnnxError(
						`${label}: the external file "${location}" links to outside of the model's folder`,
					);
				const found = statSync(path);
				if (!found.isFile())
					throw new OnnxError(`${label} is in the external file ${path}, which is no plain file`);
				return { path, size: found.size, stamp: stampOf(found) };
			} catch (cause) {
				if (cause instanceof OnnxError) throw cause;
				throw new OnnxError(`${label} is in the external file ${path}, which cannot be read`, {
					advice: "put it there",
					cause,
				});
			}
		},
		read: readRange,
	};
}
