import { join } from "node:path";
import { complaintsOf, isTooWide } from "@umpire/testing/browser/browser.ts";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Holds a page that is shown against what holds of every page. */
export type IsSound = (name: string) => Promise<void>;

/** What holds of every page: contrast and names in both themes, no sideways scroll on a phone, no offence. */
export function soundnessOf(page: Page, offences: readonly string[]): IsSound {
	// Pictures are for people to look at, where somebody asks for them.
	const picture = async (name: string) => {
		const pictures = process.env.UMPIRE_PICTURES;
		if (pictures !== undefined)
			await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
	};
	return async (name) => {
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ colorScheme });
			expect(await complaintsOf(page, colorScheme === "dark"), `${name}, ${colorScheme}`).toEqual([]);
			await picture(`${name}-${colorScheme}`);
		}
		await page.emulateMedia({ colorScheme: "light" });
		await page.setViewportSize({ width: 390, height: 844 });
		expect(await isTooWide(page), `${name} at 390 pixels`).toBe(false);
		await picture(`${name}-phone`);
		await page.setViewportSize({ width: 1440, height: 900 });
		expect(offences, name).toEqual([]);
	};
}
