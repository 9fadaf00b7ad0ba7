import { describe, expect, expectTypeOf, it } from "vitest";
import { getTrackingEventsForChild, type Problem, type TrackingPage } from "./index";

/** A fake server that gives this answer and records the requests. */
function server(body: unknown, status = 200) {
  const asked: { url: URL; init: RequestInit | undefined }[] = [];
  const send: typeof fetch = (input, init) => {
    asked.push({ url: new URL(input as string, "http://page"), init });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  };
  return { asked, send };
}

const page: TrackingPage = { tracking_events: [], total: 0, count: 0, limit: 50, offset: 0 };

describe("getTrackingEventsForChild", () => {
  it("asks for what is given and for nothing else", async () => {
    const { asked, send } = server(page);
    await getTrackingEventsForChild({ childId: "a&b" }, { fetch: send });
    await getTrackingEventsForChild(
      {
        childId: "ben",
        entityType: "reward",
        action: "redeemed",
        from: new Date(Date.UTC(2026, 10, 1)),
        to: "2026-12-01",
        limit: 10,
        offset: 0,
      },
      { baseUrl: "https://annals.example/annals/", token: "t", fetch: send },
    );
    expect(asked[0]?.url.pathname).toBe("/admin/tracking");
    expect([...(asked[0]?.url.searchParams ?? [])]).toEqual([["child_id", "a&b"]]);
    expect(asked[0]?.init).toEqual({ headers: {}, credentials: "include" });
    expect(asked[1]?.url.href).toBe(
      "https://annals.example/annals/admin/tracking?child_id=ben&entity_type=reward&action=redeemed" +
        "&from=2026-11-01T00%3A00%3A00.000Z&to=2026-12-01&limit=10&offset=0",
    );
    expect(asked[1]?.init).toEqual({ headers: { authorization: "Bearer t" }, credentials: "omit" });
  });

  it("answers a response whose body is known by whether it is ok", async () => {
    const { send } = server(page);
    const answer = await getTrackingEventsForChild({ childId: "ben" }, { fetch: send });
    if (!answer.ok) throw new Error("refused");
    const body = await answer.json();
    expectTypeOf(body).toEqualTypeOf<TrackingPage>();
    expect(body).toEqual(page);

    const refused = await getTrackingEventsForChild(
      { childId: "nobody" },
      { fetch: server({ code: "not_found" }, 404).send },
    );
    if (refused.ok) throw new Error("not refused");
    const problem = await refused.json();
    expectTypeOf(problem).toEqualTypeOf<Problem>();
    expect([refused.status, problem.code]).toEqual([404, "not_found"]);
  });

  it("rejects when no answer comes", async () => {
    const broken: typeof fetch = () => Promise.reject(new TypeError("Failed to fetch"));
    await expect(getTrackingEventsForChild({ childId: "ben" }, { fetch: broken })).rejects.toThrow();
  });
});
