import { describe, expect, it } from "vitest";
import { familyRoute, firstChild, parseFamily, rightsOver } from "./state";

describe("the address", () => {
  it("says who is shown, and leaves out what goes without saying", () => {
    for (const route of ["family", "family?child=ben", "family?child=a%26b&weeks=26&live=off"]) {
      expect(familyRoute(parseFamily(route.slice("family".length)))).toBe(route);
    }
  });

  it("passes over what it cannot mean", () => {
    expect(parseFamily("?child=&weeks=7&live=perhaps")).toEqual({ child: null, weeks: 12, live: true });
  });
});

const cleo = { role: "user", person_id: "cleo", children: ["ben", "mia"] } as const;
const ben = { role: "child", person_id: "ben", children: [] } as const;

describe("a viewer", () => {
  it("begins with a child of their own", () => {
    expect(firstChild({ ...cleo, children: [...cleo.children] })).toBe("ben");
    expect(firstChild({ ...ben, children: [] })).toBe("ben");
    expect(firstChild({ role: "user", person_id: "ada" })).toBeNull();
    expect(firstChild({ role: "admin" })).toBeNull();
  });

  it("may do what the server lets them", () => {
    const [all, some, nothing] = [{ give: true, ask: true }, { give: false, ask: true }, { give: false, ask: false }];
    const guardian = { ...cleo, children: [...cleo.children], permissions: ["give_points" as const, "request_rewards" as const] };
    const child = { ...ben, children: [], permissions: ["request_rewards" as const] };
    expect(rightsOver("ben", { permissions: ["read_everybody", "give_points", "request_rewards"] })).toEqual(all);
    expect(rightsOver("ben", { permissions: ["read_everybody"] })).toEqual(nothing);
    expect(rightsOver("ben", guardian)).toEqual(all);
    expect(rightsOver("zed", guardian)).toEqual(nothing);
    expect(rightsOver("ben", child)).toEqual(some);
    expect(rightsOver("mia", child)).toEqual(nothing);
  });
});
