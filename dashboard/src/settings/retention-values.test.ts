import { describe, expect, it } from "vitest";
import type { Retention } from "../api/types";
import { changeOf, faultsOf, textOf, type RetentionText } from "./retention-values";

const held: Retention = {
  revision: 3,
  activity: { anonymise_after_days: 90, delete_after_days: 730 },
  errors: { delete_after_days: 365 },
  audit: { max_days: 365, max_entries: 0 },
  categories: { navigation: { delete_after_days: 14 } },
  holds: [],
};
const ages = (category: string) => category !== "task";
const typed = (numbers: Partial<RetentionText["numbers"]>, categories = textOf(held).categories): RetentionText => ({ numbers: { ...textOf(held).numbers, ...numbers }, categories });
const fields = (text: RetentionText) => [...faultsOf(text, ages)].map(([field, fault]) => `${field}: ${fault.kind}`);

describe("faultsOf", () => {
  it("finds nothing wrong with what the server holds", () => {
    expect(fields(textOf(held))).toEqual([]);
  });

  it("names each field that is out of bounds, empty or no whole number", () => {
    expect(fields(typed({ "activity.anonymise_after_days": "3651", "errors.delete_after_days": "", "audit.max_days": "1.5" }))).toEqual([
      "activity.anonymise_after_days: range",
      "errors.delete_after_days: range",
      "audit.max_days: range",
      "activity.delete_after_days: order",
    ]);
    for (const entries of ["-1", "999", "x"]) expect(fields(typed({ "audit.max_entries": entries }))).toEqual(["audit.max_entries: entries"]);
    expect(fields(typed({ "audit.max_entries": "1000" }))).toEqual([]);
  });

  it("wants names to go before the event does", () => {
    expect(fields(typed({ "activity.delete_after_days": "89" }))).toEqual(["activity.delete_after_days: order"]);
    expect(fields(typed({}, [{ name: "quest", anonymise: "30", remove: "29" }]))).toEqual(["categories.quest.delete_after_days: order"]);
  });

  it("wants a category to say something, and takes no names out of the ledger", () => {
    expect(fields(typed({}, [{ name: "quest", anonymise: "", remove: "" }]))).toEqual(["categories.quest.delete_after_days: nothing"]);
    expect(fields(typed({}, [{ name: "task", anonymise: "30", remove: "" }]))).toEqual(["categories.task.delete_after_days: nothing"]);
  });
});

describe("changeOf", () => {
  it("sends what differs, with the revision that was read", () => {
    expect(changeOf(held, textOf(held), ages)).toEqual({ revision: 3 });
    expect(changeOf(held, typed({ "errors.delete_after_days": "100" }), ages)).toEqual({ revision: 3, errors: { delete_after_days: 100 } });
    expect(changeOf(held, typed({}, [...textOf(held).categories, { name: "task", anonymise: "9", remove: "3650" }]), ages)).toEqual({
      revision: 3,
      categories: { navigation: { delete_after_days: 14 }, task: { delete_after_days: 3650 } },
    });
  });
});
