import { rm } from "node:fs/promises";
import { metricsOf } from "@umpire/actors/metrics.ts";
import { openMonitor } from "@umpire/actors/monitor.ts";
import type { MonitorReport } from "@umpire/actors/monitor-report.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { lateness, watch } from "@umpire/actors/watch.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { openHome } from "@umpire/store/home.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;

beforeAll(async () => {
	await setUp(() => {});
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
});
afterAll(async () => {
	await fixture?.close();
	await connection?.close();
});

/** The value of a gauge, by its name and labels. */
function gauge(report: MonitorReport, name: string): number {
	const line = metricsOf(report)
		.split("\n")
		.find((text) => text.startsWith(`umpire_${name} `));
	return Number(line?.split(" ").at(-1));
}

/** Who has neither program nor inputs is not told that all is well, unless it is content with that. */
async function expectUnchecked(): Promise<void> {
	const view = { ...(await fixture.world("requester")), home: openHome(`${fixture.home.folder}-unchecked`) };
	const look = await openMonitor(view);
	const unchecked = await look();
	expect(unchecked.problems).toMatchObject([{ id: "claim-1-unchecked" }]);
	expect(gauge(unchecked, "unchecked_claims")).toBe(1);
	expect(gauge(unchecked, "healthy")).toBe(0);
	await expect(openMonitor(view, { acknowledge: ["surplus"] })).rejects.toThrow(/--acknowledge takes the id/);
	// Acknowledged beside it, as from another terminal.
	await openMonitor(view, { acknowledge: ["claim-1-unchecked"] });
	const known = await look();
	expect(known.problems).toEqual([]);
	expect(known.acknowledged).toMatchObject([{ id: "claim-1-unchecked" }]);
	expect(gauge(known, "healthy")).toBe(1);
	await rm(view.home.folder, { recursive: true });
}

describe("the monitor", () => {
	it("follows a wrong claim from nobody's notice to its rejection", async () => {
		const [liar, guard] = [await fixture.world("submitter"), await fixture.world("verifier")];
		const [claimant, challenger] = await opponents(liar, guard);
		const look = await openMonitor(liar, { account: guard.signer.account.address });

		const before = await look();
		expect(before.claims).toEqual([]);
		expect(before.problems).toEqual([]);
		expect(before.lastEvent?.name).toBe("Requested");

		await claimant.tick();
		const claimed = await look();
		expect(claimed.claims[0]).toMatchObject({
			program: 1,
			status: "live",
			execution: "disagrees",
		});
		const period = fixture.contracts.deployment.parameters.challengePeriod;
		expect(claimed.claims[0].secondsLeft).toBeGreaterThan(0);
		expect(claimed.claims[0].secondsLeft).toBeLessThanOrEqual(period);
		expect(claimed.problems).toEqual([
			{ id: "claim-1-undisputed", text: expect.stringMatching(/claim 1 .* nobody disputes it/) },
		]);
		await expectUnchecked();
		expect(gauge(claimed, 'claims{status="live",execution="disagrees"}')).toBe(1);
		expect(gauge(claimed, 'disagreements{status="live"}')).toBe(1);
		expect(gauge(claimed, "healthy")).toBe(0);

		await challenger.tick();
		const disputed = await look();
		expect(disputed.disputes[0]).toMatchObject({ claim: 1, phase: "search", turn: "submitter" });
		expect(disputed.problems).toEqual([]);
		expect(disputed.account?.bonds).toBe(10n ** 17n);
		expect(disputed.money).toMatchObject({ claimBonds: 10n ** 17n, disputeBonds: 10n ** 17n, surplus: 0n });
		const left = gauge(disputed, "least_seconds_left");
		await travel(connection, 100n);
		expect(gauge(await look(), "least_seconds_left")).toBeLessThanOrEqual(left - 100);

		await playUntil(fixture, [claimant, challenger], 1n, CLAIM_STATUS.rejected);
		await challenger.tick();
		const ended = await look();
		expect(ended.claims[0]).toMatchObject({ status: "rejected", execution: "disagrees", secondsLeft: null });
		expect(ended.disputes[0]).toMatchObject({ phase: "closed", turn: null, secondsLeft: null });
		expect(ended.money).toMatchObject({ claimBonds: 0n, disputeBonds: 0n, surplus: 0n });
		expect(ended.problems).toEqual([]);
	});

	it("shows claims of programs that it does not have, and judges nothing", async () => {
		const view = {
			...(await fixture.world("requester")),
			home: openHome(`${fixture.home.folder}-elsewhere`),
		};
		const { claims, problems } = await (await openMonitor(view))();
		expect(claims[0].execution).toBe("unknown");
		expect(problems).toEqual([]);
		await expect(openMonitor(view, { program: ["1"] })).rejects.toThrow(/does not have program/);
		await expect(openMonitor(view, { account: "me" })).rejects.toThrow(/no address/);
	});

	it("is unhealthy when a look hangs", async () => {
		const look = await openMonitor(await fixture.world("requester"));
		const hung = { report: await look(), at: Date.now() - 3_600_000, failure: undefined };
		expect(lateness(hung, 10)).toMatch(/the last look at the chain was 3600 s ago/);
		expect(lateness({ ...hung, at: Date.now() }, 10)).toBeUndefined();
	});

	it("serves what it saw, and says when it sees nothing", async () => {
		const look = await openMonitor(await fixture.world("requester"));
		let blind = false;
		const controller = new AbortController();
		let served: (url: string) => void = () => {};
		const serving = new Promise<string>((resolve) => {
			served = resolve;
		});
		let looked = () => {};
		const next = () =>
			new Promise<void>((resolve) => {
				looked = resolve;
			});
		const first = next();
		const watching = watch(
			async () => {
				if (blind) throw new UmpireError("OPTION", "the node is silent");
				return look();
			},
			{
				interval: 0.05,
				serve: "0",
				signal: controller.signal,
				onReport: () => looked(),
				onServing: (url) => served(url),
				warn: () => looked(),
			},
		);
		const url = await serving;
		await first;
		const metrics = await (await fetch(`${url}/metrics`)).text();
		expect(metrics).toMatch(/^umpire_up 1$/m);
		expect(metrics).toMatch(/^umpire_contract_surplus_wei 0$/m);
		const healthy = await fetch(`${url}/health`);
		expect([healthy.status, await healthy.json()]).toEqual([200, { healthy: true, problems: [] }]);
		expect((await fetch(`${url}/other`)).status).toBe(404);

		const failed = next();
		blind = true;
		await failed;
		await next();
		const ill = await fetch(`${url}/health`);
		expect([ill.status, await ill.json()]).toEqual([
			503,
			{ healthy: false, problems: [{ id: "look", text: "the node is silent" }] },
		]);
		expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^umpire_up 0$/m);
		controller.abort();
		await watching;
	});
});
