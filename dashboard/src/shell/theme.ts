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

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(saved);
  const next = () => {
    const following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
    setTheme(following);
    show(following);
    try {
      localStorage.setItem(KEY, following);
    } catch {
      // Then it lasts until the page is left.
    }
  };
  return [theme, next];
}
