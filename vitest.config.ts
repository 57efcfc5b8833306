import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["crates-ts/*/test/**/*.test.ts", "circuits/test/**/*.test.ts", "test/**/*.test.ts"],
		setupFiles: ["./test/property-seed.ts"],
		reporters: ["default", "./test/closing-line-reporter.ts"],
		testTimeout: 120_000,
		hookTimeout: 300_000,
		pool: "forks",
		maxWorkers: 2,
	},
});
