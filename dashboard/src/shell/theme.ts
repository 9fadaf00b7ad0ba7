import { useState } from "react";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "annals.theme";

function saved(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    // Storage may be forbidden; the system's choice is a good one.
    return "auto";
  }
}

/** The choice stands on the root element; CSS does the rest with `color-scheme`. */
function show(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function restoreTheme(): void {
  show(saved());
}

/** The theme, the step to the next one, and the choice of one. */
export function useTheme(): [Theme, () => void, (theme: Theme) => void] {
  const [theme, setTheme] = useState(saved);
  const choose = (chosen: Theme) => {
    setTheme(chosen);
    show(chosen);
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Then it lasts until the page is left.
    }
  };
  return [theme, () => choose(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto"), choose];
}
