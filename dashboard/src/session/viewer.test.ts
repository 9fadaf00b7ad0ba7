import { expect, it } from "vitest";
import { viewerOf } from "./viewer";

it("tells those who see their own record from those who look after it", () => {
  expect(viewerOf({ role: "user", children: ["ben"] })).toBe("guardian");
  expect(viewerOf({ role: "user", children: [] })).toBe("person");
  expect(viewerOf({ role: "user" })).toBe("person");
  expect(viewerOf({ role: "child" })).toBe("person");
  for (const role of ["admin", "auditor", "service"] as const) expect(viewerOf({ role })).toBe("staff");
  expect(viewerOf(null)).toBe("staff");
});
