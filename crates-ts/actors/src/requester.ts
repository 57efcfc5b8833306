import { setTimeout as sleep } from "node:timers/promises";
import { callOf } from "@umpire/chain/action-call.ts";
import { eventsOf } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { send } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { leastFeeOf } from "@umpire/game/answering-gas.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { formatEther, isAddress, parseEther, zeroAddress } from "viem";
import { type PutContent, publishIfStores } from "./content/publish.ts";
import { type LoadedProgram, loadRegistered } from "./loaded-program.ts";
import { type RequestState, requestState, waitingText } from "./request-state.ts";
import { quantiseInputs, readProgramInputs } from "./run-program.ts";
import { sayOnce } from "./say-once.ts";
import { unlessStopped } from "./stopping.ts";
import { about } from "./subject.ts";
import { syntheticProgramInputs } from "./synthetic.ts";
import type { World } from "./world.ts";

export interface RequestOptions extends ImageOptions {
	readonly input?: string | undefined;
	/** In ether. */
	readonly fee: string;
	/** Seconds until the fee can be had back. */
	readonly within: number;
	/** Whom alone it asks, for `exclusiveFor` seconds or, by default, until the end. */
	readonly submitter?: string | undefined;
	readonly exclusiveFor?: number | undefined;
	/** Whether claims have to be committed to before they are made, so that they cannot be copied. */
	readonly sealed?: boolean | undefined;
	/** The contract that is told of the result. */
	readonly consumer?: string | undefined;
	/** Refuses inputs that are out of range, instead of clipping them. */
	readonly strict?: boolean | undefined;
	readonly wait: boolean;
	readonly signal: AbortSignal;
	readonly progress: (line: string) => void;
	readonly warn: (line: string) => void;
}

/** Seconds: deadlines are times of 32 bits. */
const LONGEST = 10 ** 9;

/** A request and, once it is final, its result. */
export interface RequestResult {
	readonly request: number;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly status: "open" | "final" | "refunded" | "expired";
	/** Real values; absent while the result is open, or if the output is larger than one leaf. */
	readonly output?: readonly number[];
	readonly outputRoot?: Hex;
	/** Where its inputs were put for everybody; null without a store. */
	readonly content: PutContent | null;
}

/** Requests a result and waits until it is final. */
export async function requestResult(
	world: World,
	id: string,
	options: RequestOptions,
): Promise<RequestResult> {
	const { within } = options;
	if (!(Number.isInteger(within) && within > 0 && within <= LONGEST)) {
		throw new UmpireError(
			"OPTION",
			`--within takes a whole number of seconds from 1 to ${LONGEST}, not ${within}.`,
		);
	}
	requireTerms(options);
	await requireConsumer(world, options.consumer);
	const loaded = await loadRegistered(world, id);
	const { program } = loaded;
	if (options.input === undefined) {
		options.warn("No input was named: the fee pays for a result of numbers that are drawn.");
	}
	const floats =
		options.input === undefined
			? syntheticProgramInputs(program)
			: readProgramInputs(program, options.input, options);
	const inputs = quantiseInputs(program, floats, options);
	await warnOfFee(world, loaded, options);
	const { request, inputsRoot } = await postRequest(world, loaded, inputs, options);
	const outcome = () => waitFor(world, loaded, { request, inputsRoot }, options);
	return about({ request }, outcome);
}

/** Publishes the inputs of a request, and waits for its result if that is wanted. */
async function waitFor(
	world: World,
	loaded: LoadedProgram,
	{ request, inputsRoot }: { readonly request: number; readonly inputsRoot: Hex },
	options: RequestOptions,
): Promise<RequestResult> {
	const { program } = loaded;
	options.progress(`Request ${request} for program ${loaded.number}, fee ${options.fee} ETH.`);
	const content = await publishIfStores(world, "inputs", inputsRoot, options.warn);
	const base = { request, program: loaded.root, inputsRoot, content };
	if (!options.wait) return { ...base, status: "open" };
	options.progress("Waiting until the result is final (Ctrl-C leaves; the request stays)...");
	const say = sayOnce(options.progress);
	while (!options.signal.aborted) {
		const look = requestState(world, request, program).catch((error: unknown) => {
			if (!(error instanceof UmpireError && error.retryable)) throw error;
			options.warn(`${error.message} Looking again.`);
		});
		const state = await unlessStopped(options.signal, look);
		if (state !== undefined) {
			if (state.status === "final") return { ...base, status: "final", ...outputOf(state) };
			const line = waitingText(state);
			if (state.status === "refunded" || state.status === "expired") {
				options.progress(line);
				return { ...base, status: state.status };
			}
			say(line);
		}
		await sleep(world.contracts.connection.pollingInterval, undefined, { signal: options.signal }).catch(
			() => {},
		);
	}
	return { ...base, status: "open" };
}

const outputOf = ({ output, outputRoot }: RequestState): Pick<RequestResult, "output" | "outputRoot"> => ({
	...(output === null ? {} : { output }),
	...(outputRoot === null ? {} : { outputRoot }),
});

/** Says if a fee is less than submitters ask by default. */
async function warnOfFee(
	{ contracts }: World,
	{ commitment }: LoadedProgram,
	{ fee, consumer, warn }: RequestOptions,
): Promise<void> {
	const price = await contracts.connection.reader.getGasPrice().catch(() => 0n);
	const least = leastFeeOf(commitment.header, price, consumer !== undefined);
	if (etherOf(fee) < least) {
		warn(
			`Answering costs more than the fee: submitters ask ${formatEther(least)} ETH at the present price of gas.`,
		);
	}
}

/** @throws UmpireError if there is no contract at the consumer's address: nobody would be told */
async function requireConsumer({ contracts }: World, consumer: string | undefined): Promise<void> {
	if (consumer === undefined) return;
	if (!isAddress(consumer)) {
		throw new UmpireError(
			"OPTION",
			`--consumer ${consumer} is no address: give that of a contract (40 digits).`,
		);
	}
	const code = await contracts.connection.reader.getCode({ address: consumer }).catch((error: unknown) => {
		throw explainReading(error, "the consumer's code");
	});
	if (code !== undefined && code !== "0x") return;
	throw new UmpireError("OPTION", `--consumer ${consumer} is no contract on this chain`, {
		advice: "deploy it first (docs/dapp.md).",
	});
}

/** @throws UmpireError if the terms of a request contradict each other */
function requireTerms({ submitter, exclusiveFor, sealed, within }: RequestOptions): void {
	if (submitter !== undefined && !isAddress(submitter)) {
		throw new UmpireError("OPTION", `--submitter ${submitter} is no address`, {
			advice: "give an account, as in 0x1234… (40 digits).",
		});
	}
	if (submitter === undefined && exclusiveFor !== undefined) {
		throw new UmpireError("OPTION", "--exclusive-for says for how long one submitter alone is asked", {
			advice: "name it with --submitter.",
		});
	}
	if (submitter !== undefined && sealed === true) {
		throw new UmpireError(
			"OPTION",
			"--sealed keeps others from copying a claim; with --submitter there are none",
			{ advice: "leave one out." },
		);
	}
	if (
		exclusiveFor !== undefined &&
		!(Number.isInteger(exclusiveFor) && exclusiveFor > 0 && exclusiveFor <= within)
	) {
		throw new UmpireError(
			"OPTION",
			`--exclusive-for takes a whole number of seconds from 1 to ${within} (--within), not ${exclusiveFor}.`,
		);
	}
}

/** Stores inputs where submitters and verifiers find them, and posts the request. */
export async function postRequest(
	world: World,
	loaded: LoadedProgram,
	inputs: readonly Elements[],
	{
		fee,
		within,
		submitter,
		exclusiveFor = within,
		sealed = false,
		consumer = zeroAddress,
	}: Pick<RequestOptions, "fee" | "within" | "submitter" | "exclusiveFor" | "sealed" | "consumer">,
): Promise<{ request: number; inputsRoot: Hex }> {
	const { contracts, signer } = world;
	const inputsRoot = await putInputs(world.home.content, loaded.program, inputs);
	const now = Number(await chainTime(contracts.connection));
	const only =
		submitter === undefined ? {} : { submitter: submitter as Hex, exclusiveUntil: now + exclusiveFor };
	const sent = await send(
		signer,
		callOf(contracts, {
			type: "request",
			value: etherOf(fee),
			program: loaded.root,
			inputsRoot,
			deadline: now + within,
			consumer: consumer as Hex,
			isSealed: sealed,
			...only,
		}),
	);
	world.onSent(sent, signer.account.address);
	const event = eventsOf(contracts.market.abi, sent.logs).find(({ name }) => name === "Requested");
	if (event?.name !== "Requested") throw new Error("The request left no event.");
	return { request: Number(event.args.request), inputsRoot };
}

function etherOf(fee: string): bigint {
	if (!/^\d+(\.\d{1,18})?$/.test(fee))
		throw new UmpireError("OPTION", `--fee ${fee} is not an amount of ether, as in 0.01.`);
	return parseEther(fee);
}
