import chromium from "@sparticuz/chromium";
import axe from "axe-core";
import { type Browser, chromium as browserType, type Page } from "playwright-core";

/** Where a Chromium is: one that is named, or the one that an npm package brings for Linux on x64. */
export async function openBrowser(): Promise<Browser> {
	const named = process.env.UMPIRE_CHROMIUM;
	if (named === undefined && !(process.platform === "linux" && process.arch === "x64")) {
		throw new Error(
			"The npm package of Chromium is for Linux on x64: name one that is here with UMPIRE_CHROMIUM.",
		);
	}
	return browserType.launch({
		executablePath: named ?? (await chromium.executablePath()),
		args: ["--headless=shell", "--no-sandbox"],
	});
}

/** What a page did that it must not: errors, refusals by the policy, requests to elsewhere. */
export function offencesOf(page: Page, origin: string): string[] {
	const offences: string[] = [];
	page.on("pageerror", (error) => offences.push(error.message));
	page.on("console", (message) => {
		// Chromium tells of answers that are refusals, which pages show.
		if (message.type() !== "error" || /Failed to load resource/.test(message.text())) return;
		offences.push(message.text());
	});
	page.on("request", (request) => {
		const url = request.url();
		if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) offences.push(url);
	});
	return offences;
}

/**
 * What axe finds against WCAG 2 A and AA; contrast alone where that is all that can have changed. It is brought in apart
 * from the page's scripts, which the policy guards.
 */
export async function complaintsOf(page: Page, contrastAlone = false): Promise<string[]> {
	await page.evaluate(axe.source);
	const { violations } = await page.evaluate(
		(values) =>
			(globalThis as unknown as { axe: typeof axe }).axe.run({
				runOnly: { type: values.length > 1 ? "tag" : "rule", values },
				// It joins the lines of a drawing's text without a space between them.
				...(values.length > 1 ? { rules: { "label-content-name-mismatch": { enabled: false } } } : {}),
			}),
		contrastAlone ? ["color-contrast"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
	);
	return violations.flatMap(({ id, nodes }) =>
		nodes.slice(0, 3).map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`),
	);
}

/** Whether a page scrolls sideways. */
export const isTooWide = (page: Page): Promise<boolean> =>
	page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
