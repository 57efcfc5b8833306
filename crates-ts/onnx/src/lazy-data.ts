/** Bytes of a file. */
export interface FileRange {
	readonly path: string;
	/** What tells the file from another in its place; left out, it is not looked at. */
	readonly stamp?: string;
	readonly offset: number;
	readonly length: number;
}

/** What is held in a typed array: a tensor of a model, a constant of a program. */
interface Holder {
	readonly data: ArrayLike<unknown>;
}

/** How the elements of a holder come to be there when they are asked for, and which bytes of which file they are. */
interface Source {
	readonly make: () => ArrayBufferView;
	readonly range: FileRange | undefined;
}

const sources = new WeakMap<object, Source>();

/** Bytes of elements that are kept because they were asked for last: a loop that asks for each anew makes them once. */
const MOST_KEPT = 2 ** 26;
/** So many are kept whatever their size until what asks for them is done: what combines two large tensors reads them in turn. */
const LEAST_KEPT = 2;

const kept = new Map<Source, ArrayBufferView>();
let isTrimming = false;

function dataOf(source: Source): ArrayBufferView {
	const data = kept.get(source) ?? source.make();
	// What was asked for last is forgotten last.
	kept.delete(source);
	kept.set(source, data);
	trim(LEAST_KEPT);
	if (!isTrimming && keptBytes() > MOST_KEPT) {
		isTrimming = true;
		setTimeout(() => {
			isTrimming = false;
			trim(0);
		}, 0);
	}
	return data;
}

function trim(least: number): void {
	let bytes = keptBytes();
	for (const [oldest, { byteLength }] of kept) {
		if (bytes <= MOST_KEPT || kept.size <= least) break;
		kept.delete(oldest);
		bytes -= byteLength;
	}
}

/** Forgets what is kept for whoever asks next. */
export function forgetData(): void {
	kept.clear();
}

/** Bytes of elements that are made but held by nobody but this module. */
export function keptBytes(): number {
	return [...kept.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/**
 * Something whose `data` is made when it is asked for, and forgotten when enough others were asked for: a model's
 * weights are in memory one after the other. Whoever copies it by its fields has the data in memory; `alike` does not.
 *
 * @param range the bytes that the data is in a file, so that onnxruntime can map it
 */
export function withData<D extends ArrayBufferView, T extends object>(
	fields: T,
	make: () => D,
	range?: FileRange,
): T & { readonly data: D } {
	return holderOf(fields, { make, range });
}

/** The same data under other fields, made only when it is asked for if that is so of `of`. */
export function alike<H extends Holder, T extends object>(
	of: H,
	fields: T,
): Omit<T, "data"> & Pick<H, "data"> {
	const source = sources.get(of);
	if (source === undefined) return { ...fields, data: of.data };
	return holderOf(fields, source);
}

function holderOf<T extends object, D>(fields: T, source: Source): T & { readonly data: D } {
	const holder = Object.defineProperty({ ...fields }, "data", {
		enumerable: true,
		get: () => dataOf(source),
	}) as T & { readonly data: D };
	sources.set(holder, source);
	return holder;
}

/** Whether the data is made when it is asked for. */
export const isLazy = (holder: object): boolean => sources.has(holder);

/** Where in which file the data is, if it is in one. */
export const fileRangeOf = (holder: object): FileRange | undefined => sources.get(holder)?.range;
