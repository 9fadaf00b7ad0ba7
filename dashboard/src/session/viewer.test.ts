import { expect, it } from "vitest";
import { mayOpenFamily, viewerOf } from "./viewer";

it("tells those who see their own record from those who look after it", () => {
  expect(viewerOf({ role: "user", children: ["ben"] })).toBe("guardian");
  expect(viewerOf({ role: "user", children: [] })).toBe("person");
  expect(viewerOf({ role: "user" })).toBe("person");
  expect(viewerOf({ role: "child" })).toBe("person");
  for (const role of ["admin", "auditor", "service"] as const) expect(viewerOf({ role })).toBe("staff");
  expect(viewerOf(null)).toBe("staff");
});

it("opens the children's points to those who have to do with them", () => {
  for (const role of ["admin", "auditor", "child"] as const) expect(mayOpenFamily({ role })).toBe(true);
  expect(mayOpenFamily({ role: "user", children: ["ben"] })).toBe(true);
  for (const role of ["user", "service", "ingest"] as const) expect(mayOpenFamily({ role })).toBe(false);
});
