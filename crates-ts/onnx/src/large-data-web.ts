import type { TensorData } from "./model.ts";

/** The same as `setAside` for browsers, which have no files: everything stays in memory. */
export function setAside<D extends Exclude<TensorData, string[]>, T extends object>(
	fields: T,
	data: D,
): T & { readonly data: D } {
	return { ...fields, data };
}
