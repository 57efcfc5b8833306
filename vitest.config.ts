import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["crates-ts/*/test/**/*.test.ts", "circuits/test/**/*.test.ts", "test/**/*.test.ts"],
		setupFiles: ["./test/property-seed.ts"],
		reporters: ["default", "./test/closing-line-reporter.ts"],
		// Only what hangs takes so long: no test may depend on how fast the machine is.
		testTimeout: 3_600_000,
		hookTimeout: 3_600_000,
		pool: "forks",
		maxWorkers: 2,
	},
});
