import { gridAbi } from "@umpire/abi/grid.ts";
import { read, send } from "@umpire/chain/send.ts";
import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { type Elements, emptyElements, rangeOf } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { commitInputs } from "@umpire/runtime/trace.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { erc20Abi, type Log, parseEventLogs } from "viem";
import type { LoadedProgram } from "../loaded-program.ts";
import type { World } from "../world.ts";
import type { GridContracts } from "./grid-contracts.ts";
import { type GridPoint, type OpenGridOptions, requireTerms, unprofitable } from "./terms.ts";

/** Points that one transaction adds. */
const AT_ONCE = 16;

/**
 * Opens a grid over a registered program and starts it. Programs and inputs of all points are put where workers and
 * verifiers find them.
 *
 * @param inputs those of the program; that of the hyper-parameters is replaced
 * @returns the grid's number
 * @throws UmpireError before anything is sent, if the contract would refuse the terms
 */
export async function openGrid(
	world: World,
	contracts: GridContracts,
	{ program, root }: LoadedProgram,
	inputs: readonly Elements[],
	options: OpenGridOptions,
): Promise<number> {
	const { grid, beacon } = contracts;
	const hyperInput = program.inputs.findIndex(({ name }) => name === options.hyper);
	if (hyperInput === -1) {
		const names = program.inputs.map(({ name }) => name).join(", ");
		throw new UmpireError("OPTION", `The program has no input "${options.hyper}"`, {
			advice: `it has ${names}.`,
		});
	}
	const spec = program.inputs[hyperInput];
	const values = options.points.map((point) => hyperElements(point, spec.width, elementCount(spec.shape)));
	await requireTerms(world, contracts, options);
	const doubt = await unprofitable(world, options);
	if (doubt !== undefined) options.warn?.(doubt);
	const inputRoots = (await commitInputs(program, inputs)).map((tensor) => tensor.root);
	for (const steps of new Set(options.points.map((point) => point.steps))) {
		const same = { ...program, steps };
		await putProgram(world.home.content, same, await commitProgram(same));
	}
	const stored: Hex[] = [];
	for (const elements of values) {
		stored.push(await putInputs(world.home.content, program, inputs.with(hyperInput, elements)));
	}
	const call = async (functionName: string, args: readonly unknown[], value = 0n) => {
		const sent = await send(world.signer, { contract: grid, functionName, args, value });
		world.onSent(sent, world.signer.account.address);
		return sent;
	};
	const { token = ETHER, bounty, stake, rounds, roundSeconds, reservationSeconds, lowest } = options;
	const opened = await call("open", [
		{
			program: root,
			inputRoots,
			hyperInput,
			hyperWidth: spec.width,
			hyperElements: elementCount(spec.shape),
			lowest,
			token,
			bounty,
			stake,
			rounds,
			roundSeconds,
			reservationSeconds,
		},
	]);
	const id = gridOpened(opened.logs);
	for (let at = 0; at < options.points.length; at += AT_ONCE) {
		const some = options.points.slice(at, at + AT_ONCE);
		const terms = some.map(({ steps, hyperparameters }) => ({ steps, hyperparameters }));
		await call("addPoints", [id, terms]);
	}
	// What the contract has computed is what workers will find: a grid that nobody can work on is not paid for.
	for (const [point, root] of stored.entries()) {
		const found = await read(world.contracts, grid, "getPoint", [id, BigInt(point)]);
		if (found.inputsRoot !== root)
			throw new Error(`Point ${point} has the inputs ${found.inputsRoot}, not ${root}.`);
	}
	const fee = await read(world.contracts, beacon, "fee", []);
	if (token !== ETHER) await allow(world, token, grid.address, bounty);
	await call("start", [id], (token === ETHER ? bounty : 0n) + fee * BigInt(rounds));
	return Number(id);
}

/** Lets the grid contract take a bounty in tokens. */
async function allow(world: World, token: Hex, spender: Hex, amount: bigint): Promise<void> {
	const contract = { address: token, abi: erc20Abi };
	const sent = await send(world.signer, { contract, functionName: "approve", args: [spender, amount] });
	world.onSent(sent, world.signer.account.address);
}

/** A point's hyper-parameters as the elements of the program's input. */
function hyperElements({ hyperparameters }: GridPoint, width: Width, count: number): Elements {
	const { low, high } = rangeOf(width);
	if (hyperparameters.length !== count) {
		throw new UmpireError("INPUT", `A point has ${count} hyper-parameters, not ${hyperparameters.length}.`);
	}
	const wrong = hyperparameters.find((value) => !Number.isInteger(value) || value < low || value > high);
	if (wrong !== undefined) {
		throw new UmpireError(
			"INPUT",
			`A hyper-parameter is a whole number from ${low} to ${high}, not ${wrong}.`,
		);
	}
	const elements = emptyElements(width, count);
	elements.set(hyperparameters);
	return elements;
}

function gridOpened(logs: readonly Log[]): bigint {
	const [opened] = parseEventLogs({ abi: gridAbi, logs: [...logs], eventName: "GridOpened" });
	return opened.args.grid;
}
