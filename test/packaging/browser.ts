import chromium from "@sparticuz/chromium";
import { chromium as browserType } from "playwright-core";
import { build, createLogger, type InlineConfig, preview } from "vite";
import type { Computation } from "./computation.ts";
import type { Project } from "./project.ts";

declare global {
	/** Of the page. */
	var computed: (sample: readonly number[]) => Promise<Computation>;
}

const configOf = ({ folder }: Project): InlineConfig => ({
	root: folder,
	configFile: false,
	logLevel: "silent",
});

/** Bundles modules of a project as a page; gives what was warned of, and which modules' code `names` something. */
export async function bundle(
	project: Project,
	entries: readonly string[],
	names: RegExp,
): Promise<{ readonly warnings: readonly string[]; readonly naming: readonly string[] }> {
	const scripts = entries.map((file) => `<script type="module" src="/${file}"></script>`).join("");
	await project.write("index.html", `<!doctype html><title>Umpire</title>${scripts}`);
	await project.link("onnxruntime-web");
	const warnings: string[] = [];
	const customLogger = { ...createLogger("silent"), warn: (line: string) => void warnings.push(line) };
	const built = await build({
		...configOf(project),
		customLogger,
		build: { target: "esnext", minify: false, chunkSizeWarningLimit: Number.POSITIVE_INFINITY },
	});
	const outputs = [built].flat().flatMap((one) => ("output" in one ? one.output : []));
	const modules = outputs.flatMap((file) => (file.type === "chunk" ? Object.entries(file.modules) : []));
	return { warnings, naming: modules.flatMap(([id, { code }]) => (names.test(code ?? "") ? id : [])) };
}

/** Where a Chromium is: one that is named, or the one that an npm package brings for Linux on x64. */
async function executable(): Promise<string> {
	const { UMPIRE_CHROMIUM } = process.env;
	if (UMPIRE_CHROMIUM !== undefined) return UMPIRE_CHROMIUM;
	if (process.platform === "linux" && process.arch === "x64") return chromium.executablePath();
	throw new Error(
		"The npm package of Chromium is for Linux on x64: name one that is here with UMPIRE_CHROMIUM.",
	);
}

/** Opens the page that was bundled in Chromium. */
export async function openPage(project: Project) {
	const server = await preview({ ...configOf(project), preview: { port: 0, host: "127.0.0.1" } });
	const browser = await browserType.launch({
		executablePath: await executable(),
		args: ["--headless=shell", "--no-sandbox"],
	});
	const page = await browser.newPage();
	const [url] = server.resolvedUrls?.local ?? [];
	// A page whose modules throw would be waited for in vain.
	const failure = new Promise<never>((_, reject) => page.once("pageerror", reject));
	await page.goto(url);
	await Promise.race([page.waitForFunction(() => "computed" in globalThis), failure]);
	return {
		evaluate: page.evaluate.bind(page),
		async close(): Promise<void> {
			await browser.close();
			await server.close();
		},
	};
}
