import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { encodedSize } from "@umpire/runtime/tensors-codec.ts";
import { fileOf, folderStore } from "@umpire/store/folder-store.ts";
import { type HttpStore, httpStore } from "@umpire/store/http-store.ts";
import { getInputs, putInputs } from "@umpire/store/inputs.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import type { View } from "./world.ts";

/** Where content goes, and where it may be had. */
interface Source extends Pick<View, "home" | "sources" | "located"> {
	/** sent along to the sources, for those that want to know who asks */
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Gets a program and inputs that the home folder lacks, as far as a source or store has them.
 *
 * @param tell takes what went wrong with inputs
 * @throws UmpireError if a source fails and no other has the program
 */
export async function fetchQuestion(
	view: Source & Pick<View, "limits">,
	root: Hex,
	inputsRoot: Hex,
	tell: (line: string) => void,
): Promise<void> {
	const { content } = view.home;
	await fetchProgram(view, root);
	if ((await content.stamp("programs", root)) === null) return;
	if ((await content.stamp("inputs", inputsRoot)) !== null) return;
	const { program } = await getProgram(content, root, view.limits);
	await fetchInputs(view, program, inputsRoot, tell);
}

/**
 * Gets a program that the home folder lacks from the first source or store that has it, and keeps it. It is checked
 * like any program file before it is kept.
 *
 * @throws UmpireError if a source fails and no other has it
 */
export async function fetchProgram(
	{ home, limits = DEFAULT_LIMITS, sources = [], located, headers }: Source & Pick<View, "limits">,
	root: Hex,
): Promise<void> {
	if (sources.length === 0 && located === undefined) return;
	if ((await home.content.stamp("programs", root)) !== null) return;
	let failure: unknown;
	for (const source of sources) {
		const store = httpStore(source, limits.fileBytes, headers);
		try {
			if ((await store.stamp("programs", root)) === null) continue;
			await keepFrom(store, home, root, limits);
			return;
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			failure ??= error;
		}
	}
	if (await located?.keepProgram(home, root, limits)) return;
	if (failure !== undefined) throw failure;
}

/** Large programs come as two files, which are checked where they arrive. */
async function keepFrom(store: HttpStore, home: View["home"], root: Hex, limits: Limits): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-fetch-"));
	try {
		const arrived = folderStore(folder);
		await mkdir(join(folder, "programs"));
		const path = join(folder, "programs", fileOf("programs", root));
		const isLarge = await store.fetchData("programs", root, dataFileOf(path));
		if (isLarge) await writeFile(path, (await store.read("programs", root)) ?? new Uint8Array());
		const { program, commitment } = await getProgram(isLarge ? arrived : store, root, limits);
		await putProgram(home.content, program, commitment);
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Gets inputs likewise; undefined if no source has them, and what fails is told. */
export async function fetchInputs(
	{ home, sources = [], located, headers }: Source,
	program: Program,
	root: Hex,
	tell: (line: string) => void,
): Promise<Elements[] | undefined> {
	const size = encodedSize(
		program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) })),
	);
	for (const source of sources) {
		try {
			const inputs = await getInputs(httpStore(source, size, headers), program, root);
			if (inputs === null) continue;
			await putInputs(home.content, program, inputs);
			return inputs;
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			tell(error.message);
		}
	}
	try {
		return await located?.keepInputs(home, program, root);
	} catch (error) {
		if (!(error instanceof UmpireError)) throw error;
		tell(error.message);
		return undefined;
	}
}
