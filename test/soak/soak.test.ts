import { setUp } from "@umpire/actors/set-up.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { soak } from "./soak.ts";

beforeAll(() => setUp(() => {}));

const say = () => {};

describe("a soak test", () => {
	it("of real processes, nodes that go wrong, kills and reorganisations loses nothing", async () => {
		const { broken, figures, requests, beside } = await soak({ hours: 1, seed: 1, say });
		expect(broken).toEqual([]);
		expect(requests).toBe(2);
		expect(figures.trueFinal).toBeGreaterThanOrEqual(requests);
		expect(figures.falseRejected).toBeGreaterThan(0);
		expect(figures.restarts).toBeGreaterThan(0);
		expect(figures.faults).toBeGreaterThan(0);
		expect(beside).toMatchObject({ jobs: 1, trainings: 1 });
	});
});
