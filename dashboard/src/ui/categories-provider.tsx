import { useEffect, useMemo, type ReactNode } from "react";
import { useCatalog } from "../api/use-catalog";
import { CategoriesContext, hueRules } from "./categories";

/** Gives all within it the catalog's drawings and colours, once somebody is signed in. */
export function CategoriesProvider({ signedIn, children }: { signedIn: boolean; children: ReactNode }) {
  const { data } = useCatalog(signedIn);
  const categories = useMemo(() => new Map(data?.categories.map((category) => [category.name, category])), [data]);
  useEffect(() => {
    if (!data) return;
    // Not a style element: the content security policy allows no inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(hueRules(data.categories));
    document.adoptedStyleSheets.push(sheet);
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, [data]);
  return <CategoriesContext value={categories}>{children}</CategoriesContext>;
}
