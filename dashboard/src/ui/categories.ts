// How a category looks, as the catalog says: a drawing, and a hue that becomes its colours in `tokens.css`.
import { createContext, useContext } from "react";
import type { CatalogCategory } from "../api/types";

/** Categories by name; empty until the catalog is there. */
export type Categories = ReadonlyMap<string, CatalogCategory>;

export const CategoriesContext = createContext<Categories>(new Map());

export function useIconOf(category: string): string {
  return useContext(CategoriesContext).get(category)?.icon ?? "dots";
}

/** The rules that give each category its hue. Names are words without quotes or backslashes, so that they need no escaping. */
export function hueRules(categories: readonly CatalogCategory[]): string {
  const colourful = categories.filter(({ hue }) => hue != null);
  return colourful.map(({ name, hue }) => `[data-category="${name}"] { --hue: ${hue ?? 0}; --chroma: 1; }`).join("\n");
}
