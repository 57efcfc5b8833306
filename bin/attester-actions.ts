import { runActor } from "@umpire/actors/actor.ts";
import { Aggregator } from "@umpire/actors/attesters/aggregator.ts";
import { askCover } from "@umpire/actors/attesters/ask-cover.ts";
import { Attester } from "@umpire/actors/attesters/attester.ts";
import {
	deployAttesters,
	openAttesters,
	rememberAttesters,
} from "@umpire/actors/attesters/attester-contracts.ts";
import { serveNode } from "@umpire/actors/attesters/node-api.ts";
import { AttesterReader } from "@umpire/actors/attesters/read-attesters.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { openView, openWorld, type WorldOptions } from "@umpire/actors/world.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { numbersOf, OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { leastPremium } from "@umpire/markets/cover-moves.ts";
import { formatEther, parseEther } from "viem";

interface Told {
	readonly progress: (line: string) => void;
	/** made when it is needed: it listens for Ctrl-C */
	readonly signal: () => AbortSignal;
}

/** What an action found or did: data, and names and values for people. */
interface AttesterActionReport {
	readonly data: unknown;
	readonly lines: readonly (readonly [string, string])[];
}

export type AttesterRole = "attester" | "second-attester" | "third-attester" | "fourth-attester";

export interface AttestActionOptions extends WorldOptions {
	readonly action: "join" | "leave";
	readonly stake: string;
	readonly program?: readonly string[] | undefined;
	readonly serve?: number | undefined;
	readonly serveHost: string;
	readonly as: AttesterRole;
}

export interface AggregateActionOptions extends WorldOptions {
	readonly attester: readonly string[];
	readonly margin: number;
}

export interface OperatorsActionOptions extends WorldOptions {
	readonly action: "deploy" | "use" | "list" | "records" | "cover";
	readonly request?: string | undefined;
	readonly value?: string | undefined;
	readonly premium?: string | undefined;
	readonly preset: keyof typeof ATTESTER_PRESETS;
	readonly replace: boolean;
}

const nameIn = (names: Readonly<Record<string, number>>, value: number): string =>
	Object.keys(names).find((name) => names[name] === value) ?? String(value);

/** Attests until it is stopped, or leaves and is paid. */
export async function runAttest(options: AttestActionOptions, told: Told): Promise<void> {
	const { action, as, serve, serveHost } = options;
	const { progress } = told;
	const world = await openWorld(options, as);
	const programs: Hex[] = [];
	for (const id of options.program ?? []) programs.push((await loadRegistered(world, id)).root);
	const aim = action === "join" ? "stay" : "leave";
	const stake = parseEther(options.stake);
	const attester = new Attester(world, await openAttesters(world), { stake, aim, programs, progress });
	const signal = told.signal();
	const done = new AbortController();
	let lookedAt: number | undefined;
	const watched = {
		name: attester.name,
		tick: async () => {
			const acted = await attester.tick();
			lookedAt = performance.now();
			if (aim === "leave" && !acted && (await attester.hasLeft())) done.abort();
			return acted;
		},
	};
	const served = {
		attester,
		age: () => (lookedAt === undefined ? undefined : (performance.now() - lookedAt) / 1000),
		claimOf: (claim: number) => attester.claim(claim),
	};
	const node = serve === undefined ? undefined : await serveNode(served, serve, serveHost);
	if (node !== undefined) progress(`Serving ${node.url}/attestations, /metrics and /eigen/node.`);
	try {
		const pause = world.contracts.connection.pollingInterval;
		await runActor(watched, pause, AbortSignal.any([signal, done.signal]), progress);
	} finally {
		node?.close();
	}
	if (done.signal.aborted) progress("Nothing is left here of this operator.");
}

/** Collects signatures and puts them on chain until it is stopped. */
export async function runAggregate(
	options: AggregateActionOptions,
	{ progress, signal }: Told,
): Promise<void> {
	const attesters = options.attester.flatMap((list) => list.split(","));
	for (const one of attesters) {
		if (URL.canParse(one) && /^https?:$/.test(new URL(one).protocol)) continue;
		throw new UmpireError("OPTION", `--attester ${one} is no address, as in http://127.0.0.1:9100.`);
	}
	const world = await openWorld(options, "deployer");
	const { margin } = options;
	const actor = new Aggregator(world, await openAttesters(world), { attesters, margin, progress });
	await runActor(actor, world.contracts.connection.pollingInterval, signal(), progress);
}

/** Deploys operators and attestations, shows them, or asks for a cover. */
export async function runOperators(
	options: OperatorsActionOptions,
	progress: (line: string) => void,
): Promise<AttesterActionReport> {
	switch (options.action) {
		case "deploy": {
			const world = await openWorld(options, "deployer");
			const data = await deployAttesters(world, ATTESTER_PRESETS[options.preset], options.replace);
			const { operators, attestations } = data;
			progress(
				`Next: umpire attest --serve 9100; umpire aggregate --attester http://127.0.0.1:9100; elsewhere first umpire operators use ${attestations}.`,
			);
			return { data, lines: Object.entries({ operators, attestations }) };
		}
		case "use": {
			const data = await rememberAttesters(await openView(options), options.request, options.replace);
			const { operators, attestations } = data;
			progress("Next: umpire attest, umpire aggregate or umpire operators.");
			return { data, lines: Object.entries({ operators, attestations }) };
		}
		case "cover":
			return coverOf(options);
		case "list":
		case "records":
			return listed(options);
	}
}

async function coverOf(options: OperatorsActionOptions): Promise<AttesterActionReport> {
	const { request, value, premium } = options;
	if (request === undefined || !/^[1-9]\d*$/.test(request) || value === undefined) {
		throw new UmpireError("USAGE", "Name a request and a value, as in umpire operators cover 1 --value 0.5.");
	}
	const world = await openWorld(options, "requester");
	const contracts = await openAttesters(world);
	const covered = parseEther(value);
	const { attestations } = contracts;
	const parameters = await world.contracts.connection.reader.readContract({
		...attestations,
		functionName: "parameters",
	});
	const paid = premium === undefined ? leastPremium(parameters, covered) : parseEther(premium);
	await askCover(world, contracts, Number(request), { value: covered, premium: paid });
	const data = { request: Number(request), value: covered, premium: paid };
	return {
		data,
		lines: [
			["request", request],
			["covered once it is softly final", `${formatEther(covered)} ETH`],
			["premium", `${formatEther(paid)} ETH`],
		],
	};
}

async function listed(options: OperatorsActionOptions): Promise<AttesterActionReport> {
	const view = await openView(options);
	const contracts = await openAttesters(view);
	await view.feed.poll();
	const now = Number(await chainTime(view.contracts.connection, view.feed.head));
	const reader = new AttesterReader(view, contracts, contracts.operators.address);
	const { seen } = await reader.look(now, true);
	if (options.action === "records") {
		const records = seen.records.map((record) => ({
			...record,
			status: nameIn(RECORD_STATUS, record.status),
			signers: numbersOf(record.signers),
		}));
		return {
			data: { records },
			lines:
				records.length === 0
					? [["records", "none yet"]]
					: records.map(({ id, claim, epoch, status, signers, softAt }) => [
							`record ${id}`,
							`${claim === 0 ? "a witness" : `claim ${claim}`}, epoch ${epoch}: ${status}${softAt === 0 ? "" : ", softly final"}; signed by ${signers.join(" ")}`,
						]),
		};
	}
	// Numbers are taken again: what was signed before belongs to somebody else.
	const signedBy = (number: number, since: number) =>
		seen.records.filter(({ epoch, signers }) => epoch >= since && ((signers >> BigInt(number)) & 1n) === 1n)
			.length;
	const operators = (await reader.operators()).map(({ twin: _, status, ...one }) => ({
		...one,
		status: nameIn(OPERATOR_STATUS, status),
		signatures: signedBy(one.number, one.firstEpoch),
	}));
	const [{ epoch, stake }] = seen.sets;
	return {
		data: { epoch, stake, operators },
		lines: [
			["epoch", `${epoch}, ${formatEther(stake)} ETH at stake`],
			...operators.map(
				({ number, account, stake: own, status, slashed, signatures }) =>
					[
						`operator ${number}`,
						`${account}: ${formatEther(own)} ETH, ${slashed ? "slashed" : status}, ${signatures} signatures`,
					] as const,
			),
		],
	};
}
