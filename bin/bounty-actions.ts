import { setTimeout as sleep } from "node:timers/promises";
import { runActor } from "@umpire/actors/actor.ts";
import { weightsFor } from "@umpire/actors/bounties/architecture.ts";
import { deployBounties, openBounties, rememberBounties } from "@umpire/actors/bounties/bounty-contracts.ts";
import { BountyKeeper, type KeeperOptions } from "@umpire/actors/bounties/bounty-keeper.ts";
import { Contributor } from "@umpire/actors/bounties/contributor.ts";
import { evaluationOf, type Task } from "@umpire/actors/bounties/evaluation.ts";
import { endBounty, openBounty, withDefaults } from "@umpire/actors/bounties/open-bounty.ts";
import { BountyReader } from "@umpire/actors/bounties/read-bounty.ts";
import { requireTerms } from "@umpire/actors/bounties/terms.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { quantiseInputs, readProgramInputs } from "@umpire/actors/run-program.ts";
import { stillAt } from "@umpire/actors/still-at.ts";
import { openView, openWorld, type World, type WorldOptions } from "@umpire/actors/world.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import type { BountyStep, SeenBounty } from "@umpire/markets/bounty-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { readInputs } from "@umpire/onnx/input-files.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { rowsAt, scaledRows, shuffled } from "@umpire/training/data/labelled.ts";
import { readLabelled } from "@umpire/training/data/read.ts";
import { formatEther, isAddress, parseEther } from "viem";
import { amountText, endText, statusLines } from "./bounty-lines.ts";

export interface BountyActionOptions extends WorldOptions {
	readonly action: keyof typeof ACTIONS;
	readonly id?: string | undefined;
	readonly input?: string | undefined;
	readonly task: Task["kind"];
	readonly data?: string | undefined;
	readonly label?: string | undefined;
	readonly scale: number;
	readonly rows: number;
	readonly steps: number;
	readonly range?: number | undefined;
	readonly pool: string;
	readonly rate?: string | undefined;
	readonly minGain?: number | undefined;
	readonly token?: string | undefined;
	readonly deposit?: string | undefined;
	readonly commitSeconds?: number | undefined;
	readonly revealSeconds?: number | undefined;
	readonly availabilitySeconds?: number | undefined;
	readonly scoreSeconds?: number | undefined;
	readonly paidRounds: number;
	readonly force: boolean;
	readonly score: boolean;
	readonly replace: boolean;
	readonly blockSeconds: number;
	readonly preset: keyof typeof BOUNTY_PRESETS;
	readonly as?: "submitter" | "second-submitter" | "third-submitter" | "keeper" | undefined;
	readonly warn: (line: string) => void;
}

interface Told {
	readonly progress: (line: string) => void;
	/** made when it is needed: it listens for Ctrl-C */
	readonly signal: () => AbortSignal;
}

/** What an action found or did: data, and lines or names and values for people. */
export interface BountyReport {
	readonly data: unknown;
	readonly lines: readonly string[] | Readonly<Record<string, string>>;
}

type Action = (options: BountyActionOptions, told: Told) => Promise<BountyReport | undefined>;

/** @returns undefined if all that is to be said was told on the way */
export function runBounty(options: BountyActionOptions, told: Told): Promise<BountyReport | undefined> {
	const action: Action = ACTIONS[options.action];
	return action(options, told);
}

/** What moves a round towards its scores. */
const DRAWING: readonly BountyStep["type"][] = ["bring", "begin", "ask", "askAnybody", "giveBack"];

const ACTIONS = {
	async deploy(options: BountyActionOptions, { progress }: Told) {
		const world = await openWorld(options, "deployer");
		const { blockSeconds, preset, replace } = options;
		const parameters = BOUNTY_PRESETS[preset];
		const deployment = await deployBounties(world, { parameters, blockSeconds, replace });
		const { bounties, beacon } = deployment;
		progress(`Next: umpire bounty open MODEL --pool 1; elsewhere first umpire bounty use ${bounties}.`);
		const deposit = `${formatEther(parameters.depositMin)} ETH`;
		return { data: deployment, lines: { bounties, beacon, "least deposit": deposit } };
	},

	async use(options: BountyActionOptions, { progress }: Told) {
		const used = await rememberBounties(await openView(options), options.id, options.replace);
		progress("Next: umpire bounty open, submit or watch.");
		return { data: used, lines: { bounties: used.bounties, beacon: used.beacon } };
	},

	async open(options: BountyActionOptions, { progress }: Told) {
		const world = await openWorld(options, "requester");
		const contracts = await openBounties(world);
		const { token, pool, rate } = moneyOf(options);
		const { minGain, commitSeconds, revealSeconds, availabilitySeconds, scoreSeconds, paidRounds } = options;
		const deposit = options.deposit === undefined ? undefined : parseEther(options.deposit);
		const times = { commitSeconds, revealSeconds, availabilitySeconds, scoreSeconds };
		const given = { token, pool, rate, minGain, deposit, paidRounds, ...times };
		await requireTerms(world, contracts, given);
		const { loaded, inputs, perfect, draws } = await evaluationFor(world, options, progress);
		const of = { preset: BOUNTY_PRESETS[options.preset], perfect, draws };
		const terms = await withDefaults(world, contracts, loaded, inputs, given, of);
		const warn = { warn: options.warn, perfect, draws };
		const bounty = await openBounty(world, contracts, loaded, inputs, { ...terms, ...warn });
		progress(
			`Next: umpire bounty submit ${bounty} MODEL (each contributor; on a local chain also --as second-submitter and third-submitter), umpire bounty watch ${bounty}; umpire verify ${loaded.number} guards its scores, with the same home folder as watch.`,
		);
		const data = { bounty, program: loaded.root, minGain: terms.minGain, rate: terms.rate };
		const lines = {
			bounty: String(bounty),
			program: `${loaded.number} ${loaded.root}`,
			"least gain": String(terms.minGain),
			"paid for each unit": amountText(terms.rate, token),
		};
		return { data, lines };
	},

	async submit(options: BountyActionOptions, { progress, signal }: Told) {
		const world = await openWorld(options, options.as ?? "submitter");
		const contributor = await contributorOf(world, options, { progress, waiting: progress });
		// Whoever comes back to what it has entered has looked at that before.
		if (!(await contributor.isDone()) && contributor.candidate === undefined) {
			progress("Computing what these weights gain, on data that is drawn for it...");
			const { gain, minGain } = await stillAt(
				progress,
				() => "computing",
				() => contributor.rehearse(),
			);
			progress(`Expected to gain ${gain}, at least ${minGain} are needed.`);
		}
		const done = new AbortController();
		const entered = {
			name: contributor.name,
			tick: async () => {
				const acted = await contributor.tick();
				if (!acted && (await contributor.isDone())) done.abort();
				return acted;
			},
		};
		const pause = world.contracts.connection.pollingInterval;
		await runActor(entered, pause, AbortSignal.any([signal(), done.signal]), options.warn);
		if (done.signal.aborted) progress(endText(contributor.candidate!));
		return undefined;
	},

	async reveal(options: BountyActionOptions, { progress }: Told) {
		const world = await openWorld(options, options.as ?? "submitter");
		const contributor = await contributorOf(world, { ...options, force: true }, { progress, only: [] });
		if ((await contributor.isDone()) || contributor.candidate === undefined) {
			throw new UmpireError("NOT_FOUND", "These weights are in no round that runs", {
				advice: `umpire bounty submit ${options.id} enters them.`,
			});
		}
		await untilDone(contributor, world);
		return statusOf(await contributor.seen());
	},

	draw: (options: BountyActionOptions, told: Told) => keep(options, told, DRAWING),

	async watch(options: BountyActionOptions, { progress, signal }: Told) {
		// Another than contributors', and than that of umpire verify, which runs beside it: two of one account are in each other's way.
		const world = await openWorld(options, options.as ?? "keeper");
		const of = { bounty: numberOf(options), progress, waiting: progress, scores: options.score };
		const keeper = new BountyKeeper(world, await openBounties(world), of);
		// One that is not there is told at once, not again and again.
		await keeper.seen();
		await runActor(keeper, world.contracts.connection.pollingInterval, signal(), options.warn);
		return undefined;
	},

	async status(options: BountyActionOptions) {
		const view = await openView(options);
		await view.feed.poll();
		const reader = new BountyReader(view, await openBounties(view), numberOf(options));
		return statusOf(await reader.bounty());
	},

	async close(options: BountyActionOptions, told: Told) {
		const report = await keep(options, told);
		if (!report.data.isRunning) return report;
		throw new UmpireError("OPTION", `The round of bounty ${report.data.id} is not over`, {
			advice: `umpire bounty status ${report.data.id} shows what is open.`,
		});
	},

	async end(options: BountyActionOptions, { progress }: Told) {
		const world = await openWorld(options, "requester");
		const contracts = await openBounties(world);
		const bounty = numberOf(options);
		await endBounty(world, contracts, bounty);
		const keeper = new BountyKeeper(world, contracts, { bounty, progress });
		await untilDone(keeper, world);
		return statusOf(await keeper.seen());
	},
};

/** Lets it act until it has nothing more to do now, and what was refused is known to be another's or a failure. */
async function untilDone(keeper: BountyKeeper, world: World): Promise<void> {
	while ((await keeper.tick()) || keeper.awaitsLook)
		await sleep(keeper.awaitsLook ? world.contracts.connection.pollingInterval : 0);
}

/** Does what is anybody's until there is nothing more to do now. */
async function keep(options: BountyActionOptions, { progress }: Told, only?: readonly BountyStep["type"][]) {
	const world = await openWorld(options, "requester");
	const of = { bounty: numberOf(options), progress, only };
	const keeper = new BountyKeeper(world, await openBounties(world), of);
	await untilDone(keeper, world);
	return statusOf(await keeper.seen());
}

/** The program that a bounty is opened over: made of a float model, or one that is registered, with its inputs. */
async function evaluationFor(world: World, options: BountyActionOptions, progress: (line: string) => void) {
	const { id, input, task, data, label, scale, rows, steps, range } = options;
	if (id === undefined) throw new UmpireError("USAGE", "umpire bounty open takes a float ONNX model.");
	if (input !== undefined) {
		const loaded = await loadRegistered(world, id);
		const inputs = quantiseInputs(loaded.program, readProgramInputs(loaded.program, input), options);
		return { loaded, inputs, perfect: undefined, draws: undefined };
	}
	progress("Making the program that scores two sets of weights on drawn data...");
	const wanted = task === "square" ? { kind: task } : tableTask(data, label, scale, rows);
	const found = await stillAt(
		progress,
		() => "making the program",
		() => evaluationOf(readModel(id), { task: wanted, steps, range }),
	);
	progress("Registering it...");
	const commitment = await commitProgram(found.program);
	const { number, root } = await registerProgram(world, found.program, commitment);
	const loaded = { number, root, program: found.program, commitment };
	return { loaded, inputs: found.inputs, perfect: found.perfect, draws: found.draws };
}

function tableTask(
	data: string | undefined,
	label: string | undefined,
	scale: number,
	rows: number,
): Extract<Task, { kind: "table" }> {
	if (data === undefined) throw new UmpireError("USAGE", "--task table takes --data with rows and labels.");
	const all = readLabelled(data, label);
	const places = shuffled(all.rows.dims[0], 1).slice(0, rows);
	return {
		kind: "table",
		rows: scaledRows(rowsAt(all.rows, places), scale),
		labels: rowsAt(all.labels, places),
	};
}

async function contributorOf(
	world: World,
	options: BountyActionOptions,
	told: Pick<KeeperOptions, "progress" | "waiting" | "only">,
): Promise<Contributor> {
	const { input, force, warn } = options;
	if (input === undefined) {
		throw new UmpireError("USAGE", `umpire bounty ${options.action} takes a bounty and a model.`);
	}
	const bounty = numberOf(options);
	const contracts = await openBounties(world);
	const weights = (count: number): Tensor => weightsIn(input, count);
	return new Contributor(world, contracts, { bounty, weights, force, warn, ...told });
}

/** The weights in a float model, or in a file of numbers. */
function weightsIn(path: string, count: number): Tensor {
	if (/\.onnx$/i.test(path)) return weightsFor(readModel(path), count);
	const found = readInputs([path], [{ name: "candidate", type: "float32", dims: [count] }]);
	return found.get("candidate")!;
}

function moneyOf({ token, pool, rate }: BountyActionOptions) {
	if (token === undefined) {
		const amount = (name: string, text: string): bigint => {
			if (/^\d+(\.\d{1,18})?$/.test(text)) return parseEther(text);
			throw new UmpireError("OPTION", `--${name} ${text} is not an amount of ether, as in 0.1.`);
		};
		const each = rate === undefined ? undefined : amount("rate", rate);
		return { token: ETHER, pool: amount("pool", pool), rate: each };
	}
	if (!isAddress(token)) throw new UmpireError("OPTION", `--token ${token} is no address.`);
	const units = (name: string, text: string): bigint => {
		if (/^\d+$/.test(text)) return BigInt(text);
		throw new UmpireError("OPTION", `--${name} ${text} is no whole number of the token's smallest units.`);
	};
	const each = rate === undefined ? undefined : units("rate", rate);
	return { token: token.toLowerCase() as Hex, pool: units("pool", pool), rate: each };
}

const statusOf = (bounty: SeenBounty) => ({ data: bounty, lines: statusLines(bounty) });

function numberOf({ id, action }: BountyActionOptions): number {
	if (id !== undefined && /^\d+$/.test(id)) return Number(id);
	throw new UmpireError("USAGE", `Name a bounty by its number, as in umpire bounty ${action} 1.`);
}
