import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { setUp } from "@umpire/actors/set-up.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { travel } from "@umpire/chain/time.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { offencesOf, openBrowser } from "@umpire/testing/browser/browser.ts";
import { installWallet } from "@umpire/testing/browser/test-wallet.ts";
import { preview } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Project } from "./packaging/project.ts";

const run = promisify(execFile);
/** A piece of the guide: commands with where they are given, or a file with its name. */
interface Block {
	readonly language: string;
	readonly about: string;
	readonly text: string;
}

let folder: string;
let environment: NodeJS.ProcessEnv;
let rpc: string;
const background: ChildProcess[] = [];
/** What is packed, as it is unpacked. */
let packages: Project | undefined;
let told = "";

beforeAll(async () => {
	await setUp(() => {});
	folder = await mkdtemp(join(tmpdir(), "umpire-dapp-"));
	const port = await freePort();
	rpc = `http://127.0.0.1:${port}`;
	environment = {
		...process.env,
		UMPIRE_HOME: join(folder, "home"),
		UMPIRE_RPC: "",
		RPC: rpc,
		PORT: String(port),
		NO_COLOR: "1",
		PATH: `${join(projectRoot, "node_modules", ".bin")}:${process.env.PATH}`,
	};
	await symlink(projectRoot, join(folder, "umpire"));
});

afterAll(async () => {
	for (const child of background) child.kill("SIGTERM");
	await umpire("umpire", "network", "stop").catch(() => {});
	await packages?.close();
	await rm(folder, { recursive: true, force: true });
});

/** A recipe of the justfile, as ./just gives it when everything is installed. */
async function umpire(...words: string[]): Promise<string> {
	const { stdout } = await run("just", ["--justfile", join(projectRoot, "justfile"), ...words], {
		cwd: projectRoot,
		env: environment,
	});
	return stdout;
}

async function blocks(): Promise<Block[]> {
	const text = await readFile(join(projectRoot, "docs", "dapp.md"), "utf8");
	return [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, about, content]) => ({
		language,
		about,
		text: content,
	}));
}

/** Does what a block says, and gives what it prints. */
async function follow({ language, about, text }: Block, named: ReadonlyMap<string, string>): Promise<string> {
	if (language !== "sh") {
		const path = join(folder, "my-dapp", about);
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, text);
		return "";
	}
	let printed = "";
	for (const line of text.trim().split("\n")) {
		const command = line.replace(/\b[A-Z]{5,}\b/g, (name) => named.get(name) ?? name);
		if (about === "in umpire, and leave it running") start(command.replace("./just ", "").split(" "));
		else if (command === "./just pack") packages = await Project.open();
		else if (about === "in umpire") printed += await umpire(...wordsOf(command));
		else printed += await inProject(command, about === "in my-dapp" ? "my-dapp" : ".");
	}
	return printed;
}

/** The local chain is on a port that is free here. */
function wordsOf(command: string): string[] {
	const words = command.replace("./just ", "").split(" ");
	return words[0] === "setup-network" ? [...words, "--port", environment.PORT!] : words;
}

function start(words: string[]): void {
	const child = spawn("just", ["--justfile", join(projectRoot, "justfile"), ...words], {
		env: environment,
		stdio: "pipe",
	});
	for (const stream of [child.stdout!, child.stderr!]) {
		stream.on("data", (chunk) => {
			told += chunk;
		});
	}
	background.push(child);
}

/** What npm would install is installed here, and the packed packages as npm unpacks them. */
async function inProject(command: string, where: string): Promise<string> {
	const cwd = join(folder, where);
	if (command.startsWith("npm install")) {
		for (const [, name, version] of command.matchAll(/ ([\w-]+)@([\d.]+)/g)) {
			const installed = join(projectRoot, "node_modules", name, "package.json");
			expect(JSON.parse(await readFile(installed, "utf8")).version, name).toBe(version);
			await packages!.link(name);
		}
		// What was installed first went to the project with all of it.
		const own = join(cwd, "node_modules");
		if (!existsSync(own)) {
			await rename(join(packages!.folder, "node_modules"), own);
			await symlink(own, join(packages!.folder, "node_modules"));
		}
		return "";
	}
	const offline = command.replace("npx ", "");
	const { stdout } = await run("sh", ["-ec", offline], { cwd, env: environment });
	return stdout;
}

/** Lets the chain's clock run ahead as soon as there is a claim: nobody waits two minutes. */
async function hurry(): Promise<void> {
	while (!told.includes("Claimed request 1")) await new Promise((resolve) => setTimeout(resolve, 100));
	await travel(await connectRpc(rpc), 121n);
}

it("the guide leads from an empty project to a contract that decides by an answer, as it is written", async () => {
	const named = new Map<string, string>();
	let printed = "";
	for (const block of await blocks()) {
		if (block.text.includes("scripts/ask.ts MARKET")) {
			const { market, programs } = JSON.parse(await umpire("status", "--json"));
			const file = join(folder, "home", "programs", `${programs[0].root}.onnx`);
			named.set("MARKET", market).set("PROGRAM", file);
			const [answer] = await Promise.all([follow(block, named), hurry()]);
			expect(answer, told).toContain("Computed here, the image shows a 3\n");
			expect(answer).toMatch(
				/Request 1: final\nThe image shows a 3\n.*it is right\.\nThe lock is open\.\n$/s,
			);
			continue;
		}
		printed += await follow(block, named);
	}
	expect(printed).toContain("6 passing");
	expect(named.size).toBe(2);
	await openPage(named.get("MARKET")!);
});

/** The page that the guide builds: a visitor asks with a wallet, waits, and sees the answer checked. */
async function openPage(market: string): Promise<void> {
	const server = await preview({
		...{ root: join(folder, "my-dapp"), configFile: false, logLevel: "silent" },
		preview: { port: 0, host: "127.0.0.1" },
	});
	const browser = await openBrowser();
	try {
		const page = await browser.newPage();
		const [url] = server.resolvedUrls!.local;
		const offences = offencesOf(page, url);
		const connection = await connectRpc(rpc);
		const wallet = await installWallet(page, connection, localAccount("attester"));
		await page.goto(`${url}?market=${market}`);
		wallet.accepts = false;
		await page.getByRole("button", { name: "Ask" }).click();
		await page.getByText(/rejected/i).waitFor();
		wallet.accepts = true;
		await page.getByRole("button", { name: "Ask" }).click();
		await page.getByText("Request 2: claimed").waitFor({ timeout: 0 });
		await travel(connection, 121n);
		await page.getByText("It was computed again here: it is right.").waitFor({ timeout: 0 });
		const story = (await page.locator("#story li").allTextContents()).slice(1);
		expect(story).toEqual([
			"Computed here, it shows a 3.",
			...["Request 2: open", "Request 2: claimed", "Request 2: final"],
			"It shows a 3.",
			"It was computed again here: it is right.",
		]);
		expect(offences.filter((one) => !/favicon/.test(one))).toEqual([]);
	} finally {
		await browser.close();
		await server.close();
	}
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
