import { jobsAbi } from "@umpire/abi/jobs.ts";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { quantiseInputs } from "@umpire/actors/run-program.ts";
import { programOf } from "@umpire/chain/contracts.ts";
import { type Call, read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { slotsOf } from "@umpire/markets/worker-moves.ts";
import { tensorOfJson } from "@umpire/onnx/json-tensors.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { parseEventLogs, stringToHex } from "viem";
import type { z } from "zod";
import { Refusal } from "./failures.ts";
import { addressOf } from "./list-routes.ts";
import type { keptInputs, registration, submission } from "./network-bodies.ts";
import type { Served } from "./served.ts";
import { unsignedFor } from "./unsigned.ts";

const EXPOSURE_IN_REWARDS = 10n;

/** Sends for a demo account of a local chain; gives everybody else the transaction to sign. */
async function write(served: Served, account: string, call: Call) {
	const from = addressOf(account);
	const { coordination, view } = served;
	const role = await coordination?.roleOf(from);
	if (role === undefined || coordination === undefined) {
		return { role, unsigned: await unsignedFor(view.contracts, from, call) };
	}
	const { signer } = await coordination.world(role);
	return { role, sent: await coordination.exclusively(() => send(signer, call)) };
}

export async function registerWorker(served: Served, body: z.infer<typeof registration>) {
	const { workers } = await openNetwork(served.view);
	const { slotStake, entryFee, changeFee } = await read(served.view.contracts, workers, "parameters", []);
	const stake = BigInt(body.stake);
	const terms = {
		capacity: body.capacity,
		leastReward: BigInt(body.leastReward),
		tokens: [],
		programs: [],
		gpu: stringToHex(body.gpu, { size: 32 }),
	};
	const value = entryFee + stake + 2n * BigInt(slotsOf(body.capacity, stake, slotStake)) * changeFee;
	const call = { contract: workers, functionName: "register", args: [terms, stake], value };
	const { role, sent, unsigned } = await write(served, body.address, call);
	if (sent === undefined || role === undefined) return { status: "unsigned" as const, unsigned: unsigned! };
	served.coordination?.employ({ role, terms, stake });
	return { status: "sent" as const, transaction: sent.hash };
}

export async function submitJobFor(served: Served, body: z.infer<typeof submission>) {
	const { contracts } = served.view;
	const { jobs } = await openNetwork(served.view);
	const program = await rootOf(served, body.program);
	const inputsRoot = await inputsRootOf(served, program, body);
	const { jobFee } = await read(contracts, jobs, "parameters", []);
	const reward = BigInt(body.reward);
	const { workSeconds, tries } = body;
	const exposure = body.exposure === undefined ? EXPOSURE_IN_REWARDS * reward : BigInt(body.exposure);
	const terms = { program, inputsRoot, token: ETHER, reward, exposure, workSeconds, tries };
	const value = BigInt(tries) * jobFee + reward;
	const call = { contract: jobs, functionName: "submit", args: [terms], value };
	const { sent, unsigned } = await write(served, body.client, call);
	if (sent === undefined) return { status: "unsigned" as const, unsigned: unsigned! };
	const [made] = parseEventLogs({ abi: jobsAbi, logs: [...sent.logs], eventName: "JobSubmitted" });
	return { status: "sent" as const, transaction: sent.hash, job: Number(made.args.job) };
}

async function rootOf({ view }: Served, program: number | string): Promise<Hex> {
	if (typeof program === "string") return program as Hex;
	return programOf(view.contracts, BigInt(program));
}

/** Keeps inputs for a request, on a local chain alone. */
export async function keepInputs(served: Served, body: z.infer<typeof keptInputs>) {
	const program = await rootOf(served, body.program);
	return { inputsRoot: await inputsRootOf(served, program, { inputs: body.inputs }) };
}

/** Inputs that are given are kept in the home folder, where workers of this machine find them. */
async function inputsRootOf(
	served: Served,
	root: Hex,
	body: Pick<z.infer<typeof submission>, "inputs" | "inputsRoot">,
): Promise<Hex> {
	const { inputs, inputsRoot } = body;
	if ((inputs === undefined) === (inputsRoot === undefined)) {
		throw new Refusal(400, "INPUT", "A job has either inputs or inputsRoot.", "give one of the two.");
	}
	if (inputs === undefined) return inputsRoot as Hex;
	if (!served.local) {
		const help = "put them into a store that workers read, and give inputsRoot.";
		throw new Refusal(403, "NOT_LOCAL", "This server keeps no inputs for others.", help);
	}
	const { program } = await loadRegistered(served.view, root);
	const names = program.inputs.map(({ name }) => name);
	const other = Object.keys(inputs).find((name) => !names.includes(name));
	const missing = names.find((name) => !Object.hasOwn(inputs, name));
	if (other !== undefined || missing !== undefined) {
		const what =
			missing === undefined ? `There is no input "${other}".` : `The input "${missing}" is missing.`;
		throw new Refusal(400, "INPUT", what, `the program takes ${names.join(", ")}.`);
	}
	const floats = program.inputs.map((spec) => {
		const value = { name: spec.name, type: "float32" as const, dims: [...spec.shape] };
		return [spec.name, tensorOfJson(inputs[spec.name], value, new Map(), "inputs")] as const;
	});
	const elements = quantiseInputs(program, new Map(floats), { strict: true, warn: served.warn });
	return putInputs(served.view.home.content, program, elements);
}
