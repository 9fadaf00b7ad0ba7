import { expect, it } from "vitest";
import { pageFor } from "./application";

it("names the application's page with the way back", () => {
  expect(pageFor("", "/family")).toBeNull();
  expect(pageFor("https://school.example/annals", null)).toBe("https://school.example/annals");
  expect(pageFor("https://school.example/annals?from=a", "/family?child=ben&live=off")).toBe(
    "https://school.example/annals?from=a&next=%2Ffamily%3Fchild%3Dben%26live%3Doff",
  );
});
