/** Writes vectors.json: `node crates-ts/commitment/test/make-vectors.ts`. Other implementations can check themselves by it. */
import { writeFile } from "node:fs/promises";
import { LEAF_ELEMENTS, WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";

/** Element i of a vector: −2^(w−1) and 2^(w−1) − 1 first, then a run through the range. */
export function vectorElement(i: number, width: Width): number {
	const half = 2 ** (width - 1);
	if (i < 2) return i === 0 ? -half : half - 1;
	return ((i * 2654435761) % (2 * half)) - half;
}

export interface Vector {
	readonly width: Width;
	readonly elements: number;
	/** The words of the last leaf, then its digest, as decimal numbers. */
	readonly words: readonly string[];
	readonly digest: string;
	readonly lastLeaf: string;
	readonly lastPath: readonly string[];
	readonly root: string;
}

export async function makeVectors(): Promise<Vector[]> {
	const vectors: Vector[] = [];
	for (const width of WIDTHS) {
		const full = LEAF_ELEMENTS[width];
		for (const elements of [1, full - 1, full, full + 1, 3 * full, 5 * full + 7]) {
			const data = emptyElements(width, elements);
			for (let i = 0; i < elements; i++) data[i] = vectorElement(i, width);
			const tensor = await commitTensor(data, width);
			const last = tensor.leafCount - 1;
			vectors.push({
				width,
				elements,
				words: tensor.words(last).map(String),
				digest: String(tensor.digest(last)),
				lastLeaf: tensor.leaves[last],
				lastPath: tensor.path(last),
				root: tensor.root,
			});
		}
	}
	return vectors;
}

if (import.meta.main) {
	await writeFile(
		new URL("vectors.json", import.meta.url),
		`${JSON.stringify(await makeVectors(), undefined, "\t")}\n`,
	);
}
