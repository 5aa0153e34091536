import { expect, test } from "bun:test";
import { totalsOf } from "../../scripts/test-totals.mjs";

const report = (tests: number, failures: number, skipped: number) =>
  `<?xml version="1.0"?>\n<testsuites name="bun test" tests="${tests}" assertions="9" failures="${failures}" skipped="${skipped}" time="1">
  <testsuite name="a" tests="1" failures="1" skipped="1"></testsuite></testsuites>`;

test("passed and failed are those of the whole run", () => {
  expect(totalsOf(report(12, 0, 0), 0)).toEqual({ passed: 12, failed: 0 });
  expect(totalsOf(report(12, 2, 0), 1)).toEqual({ passed: 10, failed: 2 });
});

test("a test that was left out has not passed", () => {
  expect(totalsOf(report(12, 0, 3), 0)).toEqual({ passed: 9, failed: 3 });
});

test("a run that broke off, ran nothing, or ended badly outside its tests has failed", () => {
  expect(totalsOf("", 0)).toEqual({ passed: 0, failed: 1 });
  expect(totalsOf(report(0, 0, 0), 0)).toEqual({ passed: 0, failed: 1 });
  expect(totalsOf(report(12, 0, 0), 1)).toEqual({ passed: 12, failed: 1 });
  expect(totalsOf(report(12, 0, 0), 139)).toEqual({ passed: 12, failed: 1 });
});
