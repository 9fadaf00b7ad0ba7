import { describe, expect, it } from "vitest";
import { diffOf } from "./changed-fields";

const part = (text: string, changed = true) => ({ text, changed });

describe("diffOf", () => {
  it("shows values as they read", () => {
    const changes = [
      { field: "role", before: "member", after: "admin" },
      { field: "limit", after: 0.5 },
      { field: "name", before: "" },
      { field: "address", before: { city: "Oslo" }, after: null },
    ];
    expect(diffOf(changes)).toEqual([
      { field: "role", before: [part("member")], after: [part("admin")] },
      { field: "limit", before: [], after: [part("0.5")] },
      { field: "name", before: [part("")], after: [] },
      { field: "address", before: [part('{"city":"Oslo"}')], after: [] },
    ]);
  });

  it("marks what left a list and what joined it", () => {
    const [changed] = diffOf([{ field: "guardians", before: ["cleo", "dan"], after: ["cleo", "eve"] }]);
    expect(changed?.before).toEqual([part("cleo", false), part("dan")]);
    expect(changed?.after).toEqual([part("cleo", false), part("eve")]);
  });
});
