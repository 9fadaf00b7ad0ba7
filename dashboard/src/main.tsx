// First, so that every other stylesheet stands after them and wins.
import "./ui/tokens.css";
import "./ui/base.css";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { mayRetry, toApiError } from "./api/error";
import { App } from "./app";
import { messages } from "./messages";
import { takeArrivalFromAddress } from "./session/arrival";
import { restoreTheme } from "./shell/theme";
import { currentPlace, go } from "./url/history";
import { signInFor } from "./url/next";

takeArrivalFromAddress();
restoreTheme();
document.documentElement.lang = messages.language;

const client = new QueryClient({
  queryCache: new QueryCache({ onError: signInAgain }),
  defaultOptions: {
    queries: {
      retry: mayRetry,
      // A server at home is reachable without the internet.
      networkMode: "always",
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: "always" },
  },
});

/** The session ended while the screen was open: sign in, then come back to the same view. */
function signInAgain(error: Error): void {
  const { route, search } = currentPlace();
  if (toApiError(error).status !== 401 || route === "signin" || route === "docs") return;
  client.setQueryData(["session"], null);
  go(signInFor(route, search), { replace: true });
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
