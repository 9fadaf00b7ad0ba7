import { afterEach, describe, expect, it, vi } from "vitest";
import { address, call, setCsrfToken } from "./client";
import { ApiError, mayRetry } from "./error";

function answer(status: number, body: unknown, type = "application/problem+json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const mock = vi.fn(() => Promise.resolve(new Response(status === 204 ? null : text, { status, headers: { "Content-Type": type } })));
  vi.stubGlobal("fetch", mock);
  return mock;
}

const caught = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await promise.then(() => null, (e: unknown) => e);
  if (!(error instanceof ApiError)) throw new Error("expected an ApiError");
  return error;
};

afterEach(() => {
  vi.unstubAllGlobals();
  setCsrfToken(null);
});

describe("call", () => {
  it("hands on the sentence and the code of a problem", async () => {
    answer(410, { type: "about:blank", title: "Gone", status: 410, code: "cursor_gone", detail: "Start from the top." });
    const error = await caught(call("api/v1/events"));
    expect([error.status, error.code, error.message]).toEqual([410, "cursor_gone", "Start from the top."]);
  });

  it("says so when the answer is not the server's own", async () => {
    answer(502, "<h1>Bad gateway</h1>", "text/html");
    const error = await caught(call("api/v1/events"));
    expect([error.status, error.code]).toEqual([502, "unexpected"]);
    expect(error.message).toContain("502");
  });

  it("survives a problem that is cut off, and a success that is no JSON", async () => {
    answer(500, '{"detail":');
    expect((await caught(call("x"))).code).toBe("unexpected");
    answer(200, "<html>", "text/html");
    expect((await caught(call("x"))).code).toBe("unexpected");
  });

  it("calls a lost connection unreachable, but leaves a cancelled call alone", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect((await caught(call("x"))).code).toBe("unreachable");
    const gone = new AbortController();
    gone.abort();
    await expect(call("x", { signal: gone.signal })).rejects.toBeInstanceOf(TypeError);
  });

  it("sends the CSRF token with writes only", async () => {
    setCsrfToken("secret");
    const mock = answer(204, "");
    await call("api/v1/session", { method: "DELETE" });
    await call("api/v1/session");
    const headers = mock.mock.calls.map((c) => (c as unknown as [string, { headers: Record<string, string> }])[1].headers["X-CSRF-Token"]);
    expect(headers).toEqual(["secret", undefined]);
  });
});

describe("address", () => {
  it("leaves out what has no value and escapes what has", () => {
    expect(address("api/v1/events", { q: "a&b c", category: "", cursor: undefined, limit: 50 })).toBe("/api/v1/events?q=a%26b+c&limit=50");
  });
});

describe("mayRetry", () => {
  it("tries again after silence, never after a refusal", () => {
    expect(mayRetry(0, ApiError.unreachable())).toBe(true);
    expect(mayRetry(2, ApiError.unreachable())).toBe(false);
    expect(mayRetry(0, new ApiError(403, "forbidden", ""))).toBe(false);
  });
});
