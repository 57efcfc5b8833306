import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { decodeModel } from "@umpire/onnx/decode.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { PROTOCOL_VERSION, UMPIRE_VERSION } from "@umpire/operators/versions.ts";
import { planPrograms } from "@umpire/testing/runtime/plan-programs.ts";
import { describe, expect, test } from "vitest";
import type { Golden } from "../../../testdata/golden/make.ts";
import { openSession } from "../src/executable.ts";
import { parseProgram } from "../src/program-bytes.ts";
import { loadCommittedProgram } from "../src/program-file.ts";
import { recordTrace } from "../src/trace.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const FOLDER = join(ROOT, "testdata", "golden");
const versions = (await readdir(FOLDER)).filter((name) => /^\d/.test(name));

describe.each(versions)("programs that version %s wrote", async (version) => {
	const golden: Golden[] = JSON.parse(await readFile(join(FOLDER, version, "golden.json"), "utf8"));
	const readable = golden.filter(({ protocol }) => protocol === PROTOCOL_VERSION);

	test.each(readable)("$file: has the root, the trace and the outputs that it had", async (one) => {
		const { program, commitment } = await loadCommittedProgram(join(FOLDER, version, one.file));
		expect(commitment.root).toBe(one.root);
		const session = await openSession(program, { record: "trace" });
		const inputs = one.inputs.map((values, i) => {
			const elements = emptyElements(program.inputs[i].width, values.length);
			elements.set(values);
			return elements;
		});
		const { traceRoot, outputs } = await recordTrace(session, commitment, inputs);
		await session.release();
		expect(traceRoot).toBe(one.traceRoot);
		expect(outputs.map((values) => Array.from(values))).toEqual(one.outputs);
	});
});

test("there is a program of every plan", async () => {
	const golden = await Promise.all(
		versions.map((version) => readFile(join(FOLDER, version, "golden.json"), "utf8")),
	);
	const plans = new Set(golden.flatMap((text) => (JSON.parse(text) as Golden[]).map(({ plan }) => plan)));
	expect(planPrograms().filter(({ plan }) => !plans.has(plan))).toEqual([]);
});

describe("a program file", async () => {
	const bytes = await readFile(join(FOLDER, "0.1.0", "5-8-bit-conv.onnx"));
	const changed = (change: (metadata: Map<string, string>) => void): Uint8Array => {
		const model = decodeModel(new Uint8Array(bytes), "the model", null);
		const metadata = new Map(model.metadata);
		change(metadata);
		return writeModel({ ...model, metadata });
	};

	test("states what wrote it and which protocol it is of", () => {
		const { metadata } = decodeModel(new Uint8Array(bytes), "the model", null);
		expect([metadata.get("umpire.version"), metadata.get("umpire.protocol")]).toEqual(["0.1.0", "1"]);
	});

	test("of before versions were stated is read", async () => {
		const old = changed((metadata) => {
			metadata.delete("umpire.version");
			metadata.delete("umpire.protocol");
		});
		await expect(parseProgram(old)).resolves.toBeDefined();
	});

	test("of another protocol is refused, by the version that wrote it", async () => {
		const later = changed((metadata) => {
			metadata.set("umpire.protocol", "2").set("umpire.version", "7.0.0");
		});
		await expect(parseProgram(later)).rejects.toThrow(/of protocol 2 \(written by Umpire 7\.0\.0\)/);
	});
});

test("the stated version is that of all packages", async () => {
	const crates = await readdir(join(ROOT, "crates-ts"));
	for (const folder of ["", ...crates.map((name) => `crates-ts/${name}`)]) {
		const { version } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
		expect(version, folder).toBe(UMPIRE_VERSION);
	}
});
