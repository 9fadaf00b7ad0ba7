import { describe, expect, it } from "vitest";
import type { AnnalsEvent, EventPage } from "../api/types";
import { withFresh } from "./live";

const event = (id: number) => ({ id: String(id) }) as AnnalsEvent;
const page = (...ids: number[]): EventPage => ({ events: ids.map(event), has_more: false, next_cursor: null });
const ids = (pages: EventPage[]) => pages.flatMap((p) => p.events.map((e) => Number(e.id)));

describe("withFresh", () => {
  it("puts the newest on top, and nothing twice", () => {
    expect(ids(withFresh([page(3, 2, 1)], [event(3), event(4), event(5)]))).toEqual([5, 4, 3, 2, 1]);
    expect(ids(withFresh([page()], [event(1)]))).toEqual([1]);
  });

  it("leaves the page alone that says where the list goes on", () => {
    const last: EventPage = { ...page(1), has_more: true, next_cursor: "c" };
    expect(withFresh([last], [event(2)]).at(-1)).toBe(last);
  });

  it("keeps pages small, however long it goes on", () => {
    let pages = [page(0)];
    for (let id = 1; id <= 500; id++) pages = withFresh(pages, [event(id)]);
    expect(ids(pages)).toEqual(Array.from({ length: 501 }, (_, i) => 500 - i));
    expect(Math.max(...pages.map((p) => p.events.length))).toBe(50);
  });
});
