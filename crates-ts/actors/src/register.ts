import { callOf } from "@umpire/chain/action-call.ts";
import { numberOf } from "@umpire/chain/contracts.ts";
import { send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type CompileReport, missedBudget } from "@umpire/compiler/fidelity/report.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { readModel } from "@umpire/onnx/read.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { type CompileFileOptions, compileFile } from "./compile-file.ts";
import { type PutContent, publishIfStores } from "./content/publish.ts";
import type { World } from "./world.ts";

/** A registered program. */
export interface Registered {
	readonly number: number;
	readonly root: Hex;
	readonly name: string;
	/** The file that keeps it. */
	readonly file: string;
	/** Whether it was registered before, so that nothing was sent. */
	readonly known: boolean;
}

/** What became of a model, or of a program file, which says nothing of its calibration. */
export interface RegisteredModel extends Registered {
	readonly calibration: CompileReport["calibration"] | null;
	/** What its user may not have meant. */
	readonly warnings: readonly string[];
	/** Where it was put for everybody; null without a store. */
	readonly content: PutContent | null;
}

/**
 * Compiles a model, or takes a program file as it is; stores it and registers its root.
 * @throws UmpireError if it misses its error budget, unless that is accepted
 */
export async function registerModel(
	world: World,
	path: string,
	options: CompileFileOptions & { readonly acceptLoss?: boolean },
): Promise<RegisteredModel> {
	const warn = (line: string) => options.progress(line);
	const put = (root: Hex) => publishIfStores(world, "programs", root, warn);
	const isProgram = readModel(path).metadata.has("umpire.program");
	if (isProgram) {
		const { program, commitment } = await loadCommittedProgram(path, world.limits);
		const registered = await registerProgram(world, program, commitment);
		return { ...registered, calibration: null, warnings: [], content: await put(registered.root) };
	}
	const { program, commitment, report, warnings } = await compileFile(path, options);
	const missed = missedBudget(report);
	if (missed !== undefined && options.acceptLoss !== true) {
		throw new UmpireError("BUDGET", `Not registered: ${missed}`, {
			advice: "--accept-loss registers it all the same.",
		});
	}
	const registered = await registerProgram(world, program, commitment);
	const content = await put(registered.root);
	return { ...registered, calibration: report.calibration, warnings, content };
}

/** Stores a program and registers its root; a program that is registered already keeps its number. */
export async function registerProgram(
	world: World,
	program: Program,
	commitment: ProgramCommitment,
): Promise<Registered> {
	const { contracts } = world;
	const root = await putProgram(world.home.content, program, commitment);
	const known = await numberOf(contracts, root).catch(() => undefined);
	if (known === undefined) {
		const { header } = commitment;
		world.onSent(
			await send(world.signer, callOf(contracts, { type: "register", header })),
			world.signer.account.address,
		);
	}
	const number = Number(known ?? (await numberOf(contracts, root)));
	const file = world.home.path("programs", `${root}.onnx`);
	return { number, root, name: program.name, file, known: known !== undefined };
}
