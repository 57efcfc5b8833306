import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompileFileOptions, compileFile, saveCompiled } from "@umpire/actors/compile-file.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { fileRangeOf, forgetData, isLazy } from "@umpire/onnx/lazy-data.ts";
import { LARGE } from "@umpire/onnx/weight-bytes.ts";
import { dataFileOf, writeModelFile } from "@umpire/onnx/write-file.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import { cachedLlama, cachedLlamaCarry } from "@umpire/testing/transformers/cached-llama.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchProgram } from "../src/fetch-content.ts";
import type { View } from "../src/world.ts";

/** A model of the form of the large ones, all of whose weights are treated as large ones are. */
const SIZES = {
	...{ vocabulary: 64, width: 32, heads: 4, groups: 2, inner: 64, layers: 2 },
	...{ batch: 1, length: 8, large: true },
};
const STEPS = 4;

const before = { ...LARGE };
let folder: string;
let model: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-large-"));
	model = join(folder, "llama.onnx");
	Object.assign(LARGE, { weights: 1, file: 1, tensor: 256, part: 256 });
	writeModelFile(cachedLlama(SIZES), model);
});

afterAll(async () => {
	Object.assign(LARGE, before);
	await rm(folder, { recursive: true });
});

const options: CompileFileOptions = {
	bits: 16,
	steps: STEPS,
	carry: cachedLlamaCarry(SIZES.layers),
	progress() {},
};

describe("a model whose weights are beside it", () => {
	test("compiles to a program whose constants are beside it, of the same root, and decodes as it does", async () => {
		const compiled = await compileFile(model, options);
		const large = compiled.program.constants.filter(({ data }) => data.byteLength >= 256);
		expect(large.length).toBeGreaterThan(10);
		expect(large.every(isLazy)).toBe(true);
		const path = await saveCompiled(compiled, model, folder);
		expect((await stat(dataFileOf(path))).size).toBeGreaterThan(10_000);

		forgetData();
		const { program, commitment } = await loadCommittedProgram(path);
		expect(commitment.root).toBe(compiled.commitment.root);
		expect(
			program.constants.some((constant) => fileRangeOf(constant)?.path.endsWith("llama.umpire.onnx.data")),
		).toBe(true);
		// Copied with its data it is the same program, and runs from memory as it does from files.
		const inMemory = { ...program, constants: program.constants.map((constant) => ({ ...constant })) };
		const inputs = program.inputs.map(({ width, shape }) => emptyElements(width, elementCount(shape)));
		const runs = [];
		for (const [one, weights] of [
			[program, 1],
			[inMemory, before.weights],
		] as const) {
			LARGE.weights = weights;
			const session = await openSession(one, { record: "trace" });
			runs.push(await session.run(inputs));
			await session.release();
		}
		LARGE.weights = 1;
		expect(runs[1]).toEqual(runs[0]);

		await truncate(dataFileOf(path), 1000);
		await expect(loadCommittedProgram(path)).rejects.toThrow("which has 1000 bytes");
		await rm(dataFileOf(path));
		await expect(loadCommittedProgram(path)).rejects.toThrow("cannot be read");
	});

	test("is fetched with its constants by who has neither, and what lacks them is refused", async () => {
		const compiled = await compileFile(model, options);
		const { root } = compiled.commitment;
		const there = folderStore(join(folder, "there"));
		await putProgram(there, compiled.program, compiled.commitment);
		const server = createServer((request, response) => {
			const path = join(folder, "there", request.url ?? "");
			const isThere = existsSync(path);
			response.writeHead(isThere ? 200 : 404);
			if (isThere && request.method === "GET") createReadStream(path).pipe(response);
			else response.end();
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const sources = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
		try {
			const content = folderStore(join(folder, "here"));
			await fetchProgram({ home: { content }, sources } as unknown as View, root);
			expect((await getProgram(content, root)).commitment.root).toBe(root);
			await rm(dataFileOf(there.pathOf?.("programs", root) ?? ""));
			const other = folderStore(join(folder, "other"));
			await expect(
				fetchProgram({ home: { content: other }, sources } as unknown as View, root),
			).rejects.toThrow("is in the external file");
		} finally {
			server.close();
		}
	});

	test("is rehearsed with a wrong number, which is found and settled", async () => {
		const result = await rehearse({
			...options,
			...{ model, defect: "random", attack: false, seed: 3, bits: 16 },
		});
		expect(result).toMatchObject({ ok: true, steps: STEPS, verdict: "rejected" });
		// Nothing of it is left behind but what the process keeps to its end.
		expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
	});
});
