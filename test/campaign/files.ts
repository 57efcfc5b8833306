import { mkdir } from "node:fs/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import type { ContentKind } from "@umpire/store/content-store.ts";
import type { Home } from "@umpire/store/home.ts";

/** Ways in which a file is not what its name says. */
const SPOILED: readonly ((tensors: readonly Elements[]) => Uint8Array)[] = [
	(tensors) => encodeTensors([...tensors, new Int8Array(3)]),
	(tensors) => encodeTensors(tensors.slice(1)),
	(tensors) => encodeTensors(tensors).subarray(0, 40),
	() => new Uint8Array(),
];

/**
 * Stores tensors as they are, or in a way that is wrong; what is there already stays.
 *
 * @param spoil which way; undefined for none; beyond the list it is a folder
 */
export async function putSpoiled(
	home: Home,
	kind: ContentKind,
	root: Hex,
	tensors: readonly Elements[],
	spoil: number | undefined,
): Promise<void> {
	if ((await home.content.stamp(kind, root).catch(() => null)) !== null) return;
	if (spoil === undefined) return home.content.write(kind, root, encodeTensors(tensors));
	const way = SPOILED.at(spoil);
	if (way !== undefined) return home.content.write(kind, root, way(tensors));
	const extension = kind === "programs" ? "onnx" : "bin";
	await mkdir(home.path(kind, `${root}.${extension}`), { recursive: true });
}
