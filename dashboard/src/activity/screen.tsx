import { lazy } from "react";
import { usePlace } from "../url/history";
import { Activity } from "./activity";
import { isPrint } from "./print-route";

// Few print, and the first screen is to come at once.
const PrintView = lazy(() => import("./print-view"));

/** The list, or the same on paper. */
export function ActivityScreen() {
  const { search } = usePlace();
  return isPrint(search) ? <PrintView /> : <Activity />;
}
