import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** Ends a run with "N passed, N failed", the one line that scripts and people look for. */
export default class ClosingLineReporter implements Reporter {
	#pattern: RegExp | undefined;

	onInit({ config }: Pick<Vitest, "config">): void {
		this.#pattern = config.testNamePattern;
	}

	onTestRunEnd(modules: readonly TestModule[]): void {
		let passed = 0;
		let failed = 0;
		for (const module of modules) {
			if (module.errors().length > 0) failed++;
			for (const test of module.children.allTests()) {
				if (test.result().state === "passed") passed++;
				// What is skipped by itself is as good as failed; what was not asked for is neither.
				else if (this.#isAsked(test)) failed++;
			}
		}
		console.log(`${passed} passed, ${failed} failed`);
	}

	/** Whether a test is among those that `-t` names: Vitest joins the names of suites and test with spaces. */
	#isAsked(test: TestCase): boolean {
		return this.#pattern === undefined || this.#pattern.test(test.fullName.replaceAll(" > ", " "));
	}
}
