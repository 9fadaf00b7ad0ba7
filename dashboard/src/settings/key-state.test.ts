import { describe, expect, it } from "vitest";
import { expiryOf, keyState, originsIn } from "./key-state";

const now = new Date("2026-11-21T10:00:00Z");

describe("keyState", () => {
  it("is revoked before it is expired", () => {
    expect(keyState({}, now)).toBe("active");
    expect(keyState({ expires_at: "2026-11-21T10:00:00Z" }, now)).toBe("expired");
    expect(keyState({ expires_at: "2026-11-21T10:00:01Z" }, now)).toBe("active");
    expect(keyState({ expires_at: "2026-01-01T00:00:00Z", revoked_at: "2026-01-01T00:00:00Z" }, now)).toBe("revoked");
  });
});

describe("what is typed", () => {
  it("becomes an end, or none", () => {
    expect(expiryOf("30", now)).toBe("2026-12-21T10:00:00.000Z");
    expect([expiryOf("never", now), expiryOf("0", now)]).toEqual([undefined, undefined]);
  });

  it("becomes origins", () => {
    expect(originsIn(" https://a.example\n\nhttps://b.example https://a.example")).toEqual(["https://a.example", "https://b.example"]);
  });
});
