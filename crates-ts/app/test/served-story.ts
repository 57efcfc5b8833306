import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareStory } from "@umpire/actors/pages/play-for-pages.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { type Server, startServer } from "@umpire/server/serve.ts";
import { openBrowser } from "@umpire/testing/browser/browser.ts";
import type { Browser, Page } from "playwright-core";
import { buildApp } from "../src/build-app.ts";

/** The app, served over a chain on which claim 4 was refuted and claim 5 is right. */
export interface ServedStory {
	readonly stage: Stage;
	readonly served: Server;
	readonly page: Page;
	close(): Promise<void>;
}

export async function serveStory(): Promise<ServedStory> {
	await setUp(() => {});
	const folder = await mkdtemp(join(tmpdir(), "umpire-story-"));
	await buildApp(folder);
	const stage = await openStage();
	const { home, contracts } = stage;
	const story = await prepareStory(stage, () => {});
	await story.play({ signal: new AbortController().signal, pause: 0 });
	const served = await startServer(
		{ home, contracts, feed: eventFeed(contracts) },
		{ port: 0, host: "127.0.0.1", rate: 1000, interval: 500, app: folder, progress: () => {} },
	);
	let browser: Browser | undefined;
	const close = async () => {
		await browser?.close();
		await served.close();
		await stage.close().catch(() => {});
		await rm(folder, { recursive: true, force: true });
	};
	try {
		browser = await openBrowser();
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		return { stage, served, page, close };
	} catch (error) {
		await close();
		throw error;
	}
}
