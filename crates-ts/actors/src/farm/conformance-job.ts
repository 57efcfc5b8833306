import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { FarmClient } from "@umpire/farm/client.ts";
import { decodeModel } from "@umpire/onnx/decode.ts";
import { filesIn } from "@umpire/onnx/external-files.ts";
import { type CheckChain, openCheckChain } from "../check-chain.ts";
import { checkModel, type ModelResult } from "../conformance.ts";
import type { FoundModel } from "../find-models.ts";
import type { ConformanceJob, ModelFile } from "./shapes.ts";

/** The chain that a worker settles elements on: opened when it is first needed, and kept. */
let chain: Promise<CheckChain> | undefined;

/** A worker's part: fetches a model's files, each by its hash, and checks the model as `umpire conformance` does. */
export async function checkFetched(
	{ client, tell }: { readonly client: FarmClient; readonly tell: (line: string) => void },
	payload: unknown,
): Promise<ModelResult> {
	const { name, files, model, input, expect, mayRefuse, ...options } = payload as ConformanceJob;
	const folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	try {
		for (const file of files) await fetchFile(client, folder, file);
		if (options.samples > 0) {
			chain ??= openCheckChain(tell);
			chain.catch(() => {
				chain = undefined;
			});
		}
		const found: FoundModel = {
			name,
			model: join(folder, model),
			...(input === undefined ? {} : { input: join(folder, input) }),
			...(expect === undefined ? {} : { expect: join(folder, expect) }),
		};
		return await checkModel(found, options, await chain, mayRefuse);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function fetchFile(client: FarmClient, folder: string, { path, folder: below, sha256 }: ModelFile) {
	const place = below === undefined ? folder : join(folder, below);
	await makeFolder(place);
	const file = join(place, path);
	const body = await client.getFile(`/blobs/${sha256}`);
	await pipeline(Readable.fromWeb(body as never), createWriteStream(file));
	if ((await hashOf(file)) !== sha256) {
		throw new UmpireError("STORED", `${client.place} sends another file than ${sha256}`, { retryable: true });
	}
}

/** The asking side: uploads a model's files, unless they are there, and says what is to be done with them. */
export async function conformanceJob(
	client: FarmClient,
	found: FoundModel,
	options: Pick<ConformanceJob, "mayRefuse" | "samples" | "seed" | "bits">,
): Promise<ConformanceJob> {
	const base = dirname(found.model);
	const paths = new Map<string, string | undefined>();
	const add = (path: string) => {
		if (!statSync(path).isDirectory()) return void paths.set(path, undefined);
		for (const name of readdirSync(path)) {
			const file = join(path, name);
			if (statSync(file).isFile()) paths.set(file, basename(path));
		}
	};
	const given = [found.input, found.expect].filter((path) => path !== undefined);
	for (const path of [found.model, ...externalFiles(found.model), ...given]) add(path);
	const files: ModelFile[] = [];
	for (const [path, folder] of paths) {
		const sha256 = await hashOf(path);
		if (!(await client.has(`/blobs/${sha256}`))) await client.putFile(`/blobs/${sha256}`, path);
		files.push({ path: basename(path), ...(folder === undefined ? {} : { folder }), sha256 });
	}
	const outside = [...paths.keys()].find((path) => dirname(path) !== base && dirname(dirname(path)) !== base);
	if (outside !== undefined) {
		throw new UmpireError("INPUT", `${outside} does not lie beside ${found.model}`, {
			advice: "put all files of a model into one folder.",
		});
	}
	return {
		name: found.name,
		files,
		model: basename(found.model),
		...(found.input === undefined ? {} : { input: basename(found.input) }),
		...(found.expect === undefined ? {} : { expect: basename(found.expect) }),
		...options,
	};
}

/** The files beside a model that it names; none of one that cannot be read, which the check will say. */
function externalFiles(model: string): string[] {
	const named = new Set<string>();
	const files = filesIn(dirname(model));
	const noting = {
		...files,
		find(location: string, label: string) {
			const found = files.find(location, label);
			named.add(found.path);
			return found;
		},
	};
	try {
		decodeModel(readFileSync(model), model, noting);
	} catch (error) {
		if (!(error instanceof UmpireError)) throw error;
	}
	return [...named];
}

async function hashOf(path: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
	return hash.digest("hex");
}
