import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with "N passed, N failed", the one line that scripts and people look for. */
export default class ClosingLineReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[]): void {
		let passed = 0;
		let failed = 0;
		for (const module of modules) {
			if (module.errors().length > 0) failed++;
			for (const test of module.children.allTests()) {
				if (test.result().state === "passed") passed++;
				else failed++;
			}
		}
		console.log(`${passed} passed, ${failed} failed`);
	}
}
