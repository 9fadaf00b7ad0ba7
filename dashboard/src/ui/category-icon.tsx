// The drawings that the catalog names. Colours come from CSS by the category's name, so that light and dark stay in one place.
import { useIconOf } from "./categories";

const PATHS: Record<string, string> = {
  compass: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Zm3.5-12-2 5-5 2 2-5 5-2Z",
  flag: "M6 21V4m0 1c4-2.5 7 2 12 0v8.5c-5 2-8-2.5-12 0",
  medal: "M12 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm-3.3-1L7.5 21l4.5-2.5 4.5 2.5-1.2-7.5",
  speech: "M4 5h16v11h-8.5L7 20v-4H4V5Zm5 5.5h.1m2.9 0h.1m2.9 0h.1",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-4 2.5-6 6-6s6 2 6 6m0-15.7a3.5 3.5 0 0 1 0 6.4m2.5 3.6c2.3.8 3.5 2.8 3.5 5.7",
  key: "M14.5 14a5 5 0 1 0-4.7-3.3L3.5 17v3.5H7v-2h2v-2h2l1.2-2.7M15.8 8.2h.1",
  home: "M4 11.5 12 5l8 6.5V20H4v-8.5Zm8 6c-2-1.3-2.8-2.2-2.8-3.3 0-1.5 2-2 2.8-.5.8-1.5 2.8-1 2.8.5 0 1.1-.8 2-2.8 3.3Z",
  octagon: "M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7l5-5Zm3.5 4V13m0 3.3v.1",
  check: "M4.5 4.5h15v15h-15zm4 7.7 2.6 2.6 4.5-5.3",
  minus: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM8 12h8",
  sliders: "M5 7h6m4 0h4M13 5v4M5 12h2m4 0h8M9 10v4m-4 3h8m4 0h2m-4-2v4",
  gift: "M4 10h16v10.5H4zM3.5 6.5h17V10h-17zM12 6.5v14m0-14C9 6.5 7.5 5.3 7.5 4c0-2.5 4-1.5 4.5 2.5.5-4 4.5-5 4.5-2.5 0 1.3-1.5 2.5-4.5 2.5Z",
  box: "m12 3.5 8 4.5v8l-8 4.5L4 16V8l8-4.5ZM4 8l8 4.5L20 8m-8 4.5v8",
  phone: "M7.5 3h9v18h-9zM11 17.8h2",
  camera: "M4 7.5h3.5L9.5 5h5l2 2.5H20V19H4V7.5Zm8 9a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z",
  server: "M4 4.5h16v6.5H4zM4 13h16v6.5H4zm3.5-5.200h.1m-.1 8.5h.1m3.400-8.5h5m-5 8.5h5",
  dots: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM8.3 12h.1m3.5 0h.1m3.5 0h.1",
};

export function CategoryIcon({ category, size = 16 }: { category: string; size?: number }) {
  const icon = useIconOf(category);
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      {/* A catalog may name a drawing that is not here; it gets the neutral one. */}
      <path d={PATHS[icon] ?? PATHS.dots} />
    </svg>
  );
}
