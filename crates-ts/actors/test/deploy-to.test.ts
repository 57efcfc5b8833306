import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireWritable } from "@umpire/store/deployments.ts";
import { openHome } from "@umpire/store/home.ts";
import { expect, it } from "vitest";
import { deployTo, type ParameterOptions } from "../src/deploy-to.ts";
import { atNetwork } from "../src/deployment/public-networks.ts";

const WRONG: readonly ParameterOptions[] = [
	{ challengePeriod: 0 },
	{ challengePeriod: 31_536_001 },
	{ increment: 1.5 },
	{ reserve: -5 },
	{ provingAllowance: Number.NaN },
	{ commitAllowance: 1e20 },
	{ crowding: 3601 },
	{ depth: 0 },
	{ depth: 11 },
	{ window: 99 },
	{ bondsAtGwei: 0 },
	{ bondsAtGwei: -3 },
	{ bondsAtGwei: Number.NaN },
];

it("a parameter that the contracts refuse is refused by its option's name before anything is deployed", async () => {
	const steps: string[] = [];
	for (const wrong of WRONG) {
		const [[name]] = Object.entries(wrong);
		const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} takes `;
		// Nothing listens there: it is not even asked.
		const options = { rpc: ["http://127.0.0.1:9"], ...wrong };
		await expect(deployTo(openHome(), options, (step) => steps.push(step))).rejects.toThrow(option);
	}
	expect(steps).toEqual([]);
});

it("a home folder that cannot keep a deployment is refused, and one that can is left as it was", async () => {
	const folder = await mkdtemp(join(tmpdir(), "umpire-deploy-"));
	try {
		const file = join(folder, "file");
		await writeFile(file, "");
		await expect(requireWritable(openHome(join(file, "home")))).rejects.toThrow(/choose another folder/);
		await requireWritable(openHome(folder));
		expect(await readdir(join(folder, "deployments"))).toEqual([]);
	} finally {
		await rm(folder, { recursive: true });
	}
});

it("a network's name stands for its chain and its usual address, and no other chain may answer there", async () => {
	const found = await atNetwork({ network: "sepolia", plan: true });
	expect(found).toMatchObject({ chainId: 11_155_111, plan: true, rpc: [expect.stringMatching(/^https:/)] });
	expect(await atNetwork({ network: "mainnet", rpc: ["http://127.0.0.1:9"] })).toMatchObject({
		chainId: 1,
		rpc: ["http://127.0.0.1:9"],
	});
	expect(await atNetwork({ rpc: ["http://127.0.0.1:9"] })).toEqual({ rpc: ["http://127.0.0.1:9"] });
	await expect(atNetwork({ network: "sepolia", chainId: 1 })).rejects.toThrow(/is chain 11155111, not 1/);
	await expect(atNetwork({ network: "sepolja" })).rejects.toThrow(/No network is called sepolja/);
	await expect(atNetwork({ network: "Sepolia" })).rejects.toThrow(/perhaps .*sepolia/);
});
