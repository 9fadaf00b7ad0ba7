import { expect, it } from "vitest";
import { may, mayOpenFamily, viewerOf } from "./viewer";

const person = { role: "user", permissions: ["read_events", "give_points"] } as const;
const own = (children: string[] = []) => ({ role: person.role, permissions: [...person.permissions], children });
const staff = { role: "admin" as const, permissions: ["read_everybody" as const, "read_analytics" as const] };

it("asks the session for a permission", () => {
  expect(may(own(), "give_points")).toBe(true);
  expect(may(own(), "read_analytics")).toBe(false);
  expect(may(null, "read_events")).toBe(false);
});

it("tells those who see their own record from those who look after it", () => {
  expect(viewerOf(own(["ben"]))).toBe("guardian");
  expect(viewerOf(own())).toBe("person");
  expect(viewerOf({ permissions: ["read_events"] })).toBe("person");
  expect(viewerOf(staff)).toBe("staff");
  expect(viewerOf(null)).toBe("staff");
});

it("opens the children's points to those who have to do with them", () => {
  expect(mayOpenFamily(staff)).toBe(true);
  expect(mayOpenFamily({ role: "child", permissions: ["read_events"] })).toBe(true);
  expect(mayOpenFamily(own(["ben"]))).toBe(true);
  expect(mayOpenFamily(own())).toBe(false);
  expect(mayOpenFamily({ role: "service", permissions: ["read_everybody", "give_points"] })).toBe(false);
});
