import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/**
 * Ends a run with "N passed, N failed", the one line that scripts and people look for; behind it stands how many tests
 * were left out by themselves, as they are where a tool that they need (PostgreSQL, promtool) is not installed.
 */
export default class ClosingLineReporter implements Reporter {
	#pattern: RegExp | undefined;

	onInit({ config }: Pick<Vitest, "config">): void {
		this.#pattern = config.testNamePattern;
	}

	onTestRunEnd(modules: readonly TestModule[]): void {
		let passed = 0;
		let failed = 0;
		let skipped = 0;
		for (const module of modules) {
			if (module.errors().length > 0) failed++;
			for (const test of module.children.allTests()) {
				if (test.result().state === "passed") passed++;
				// What was not asked for is none of them.
				else if (!this.#isAsked(test)) continue;
				else if (test.options.mode === "skip") skipped++;
				// What did not come to be run, after a hook that failed, is as good as failed.
				else failed++;
			}
		}
		const left = skipped === 0 ? "" : `, ${skipped} left out: what they need is not installed`;
		console.log(`${passed} passed, ${failed} failed${left}`);
	}

	/** Whether a test is among those that `-t` names: Vitest joins the names of suites and test with spaces. */
	#isAsked(test: TestCase): boolean {
		return this.#pattern === undefined || this.#pattern.test(test.fullName.replaceAll(" > ", " "));
	}
}
