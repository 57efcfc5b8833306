import { fileURLToPath } from "node:url";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Bundles the app into a folder of static files. */
export async function buildApp(folder: string): Promise<void> {
	await build({
		root: ROOT,
		configFile: false,
		logLevel: "error",
		// Pages are at addresses of their own: /disputes/1.
		base: "/",
		build: {
			outDir: folder,
			emptyOutDir: true,
			target: "es2022",
			// A font or picture inside of a style sheet is not what the policy allows.
			assetsInlineLimit: 0,
			modulePreload: { polyfill: false },
			chunkSizeWarningLimit: 2000,
		},
		worker: { format: "es" },
	});
}
