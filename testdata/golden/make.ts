import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { PROTOCOL_VERSION, UMPIRE_VERSION } from "@umpire/operators/versions.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { planPrograms } from "@umpire/testing/runtime/plan-programs.ts";

/**
 * Keeps program files as this version writes them, one of every plan, with an input and what came of it, for later
 * versions to read (crates-ts/runtime/test/golden-programs.test.ts). What is there is never written again.
 *
 *     node testdata/golden/make.ts    (at each release: docs/releases.md)
 */
export interface Golden {
	readonly plan: string;
	readonly file: string;
	readonly protocol: number;
	readonly root: string;
	readonly traceRoot: string;
	readonly inputs: readonly (readonly number[])[];
	readonly outputs: readonly (readonly number[])[];
}

if (import.meta.main) {
	const folder = join(import.meta.dirname, UMPIRE_VERSION);
	if ((await readdir(import.meta.dirname)).includes(UMPIRE_VERSION)) {
		throw new Error(`${folder} is there: what a version wrote stays as it is`);
	}
	await mkdir(folder);
	const golden: Golden[] = [];
	for (const [i, { plan, program, inputs }] of planPrograms().entries()) {
		// One plan may have several programs.
		const file = `${i + 1}-${plan.toLowerCase().replace(/\W+/g, "-")}.onnx`;
		const { root } = await saveProgram(program, join(folder, file));
		const session = await openSession(program, { record: "trace" });
		const { traceRoot, outputs } = await recordTrace(session, await commitProgram(program), inputs);
		await session.release();
		const lists = (tensors: readonly ArrayLike<number>[]) => tensors.map((tensor) => Array.from(tensor));
		golden.push({
			...{ plan, file, protocol: PROTOCOL_VERSION, root, traceRoot },
			...{ inputs: lists(inputs), outputs: lists(outputs) },
		});
	}
	await writeFile(
		join(folder, "golden.json"),
		`[\n${golden.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`,
	);
}
