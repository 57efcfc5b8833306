/**
 * Runs a program of every plan at all levels of optimisation with one thread and two, and compares it with the integer
 * definition. Run: node test/determinism/run.ts [--emulated]: with it again under every processor that QEMU emulates
 * here, one without VNNI among them, whose kernels are others.
 */
import { spawnSync } from "node:child_process";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { definedValues } from "@umpire/testing/runtime/integer-definition.ts";
import { planPrograms } from "@umpire/testing/runtime/plan-programs.ts";

/** From SSE4.2 alone to AVX2 and, where QEMU knows it, AVX-512: each chooses other kernels. */
const PROCESSORS = ["Nehalem", "SandyBridge", "Haswell", "Skylake-Server", "Cascadelake-Server", "max"];
const EMULATOR = "qemu-x86_64";

/** The number of results that differ. */
async function compare(): Promise<number> {
	let wrong = 0;
	for (const { plan, program, inputs } of planPrograms()) {
		const expected = definedValues(program, inputs).at(-1) ?? [];
		let differing = 0;
		for (const level of LEVELS) {
			for (const threads of [1, 2]) {
				const session = await openSession(program, { record: "outputs", levels: [level], threads });
				const { outputs } = await session.run(inputs);
				await session.release();
				differing += expected.filter((value, i) => value !== outputs[0][i]).length;
			}
		}
		process.stdout.write(`  ${plan}: ${differing === 0 ? "the same" : `${differing} numbers differ`}\n`);
		wrong += differing;
	}
	return wrong;
}

function emulate(): number {
	if (spawnSync(EMULATOR, ["--version"]).status !== 0) {
		process.stdout.write(
			`${EMULATOR} is not installed, or does not start: no other processor was tried (Debian has it in qemu-user)\n`,
		);
		return 0;
	}
	let failed = 0;
	for (const processor of PROCESSORS) {
		process.stdout.write(`${processor}, emulated:\n`);
		const args = ["-cpu", processor, process.execPath, import.meta.filename];
		const { status } = spawnSync(EMULATOR, args, { stdio: ["ignore", "inherit", "ignore"] });
		if (status === 0) continue;
		// 1 is this script's own; anything else, that this processor lacks what Node.js or onnxruntime needs.
		if (status === 1) failed++;
		else process.stdout.write("  does not run here\n");
	}
	return failed;
}

process.stdout.write("This processor:\n");
const wrong = await compare();
const failed = process.argv.includes("--emulated") ? emulate() : 0;
process.exit(wrong + failed === 0 ? 0 : 1);
