import { callOf } from "@umpire/chain/action-call.ts";
import { numberOf } from "@umpire/chain/contracts.ts";
import { UserError } from "@umpire/chain/errors.ts";
import { send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { missedBudget } from "@umpire/compiler/fidelity/report.ts";
import { readModel } from "@umpire/onnx/read.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { type CompileFileOptions, compileFile } from "./compile-file.ts";
import type { World } from "./world.ts";

/** A registered program. */
export interface Registered {
	readonly number: number;
	readonly root: Hex;
	readonly name: string;
	/** The folder that keeps it. */
	readonly file: string;
}

/**
 * Compiles a model, or takes a program file as it is; stores it and registers its root.
 * @throws UserError if it misses its error budget, unless that is accepted
 */
export async function registerModel(
	world: World,
	path: string,
	options: CompileFileOptions & { readonly acceptLoss?: boolean },
): Promise<Registered> {
	const isProgram = readModel(path).metadata.has("umpire.program");
	if (isProgram) {
		const { program, commitment } = await loadCommittedProgram(path, world.limits);
		return registerProgram(world, program, commitment);
	}
	const { program, commitment, report } = await compileFile(path, options);
	const missed = missedBudget(report);
	if (missed !== undefined && options.acceptLoss !== true)
		throw new UserError(`Not registered: ${missed}; --accept-loss registers it all the same.`);
	return registerProgram(world, program, commitment);
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
	return { number, root, name: program.name, file: world.home.path("programs", `${root}.onnx`) };
}
