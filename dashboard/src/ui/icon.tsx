// The icons of the interface, drawn on a 24 grid with one stroke. Always decoration: the words stand beside them.

const PATHS = {
  activity: "M4 6h16M4 12h16M4 18h9",
  book: "M12 6.5C10 5 7 4.5 4 5v13c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5V5c-3-.5-6 0-8 1.5Zm0 0V19",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "m5 12.5 4.5 4.5L19 7.5",
  alert: "M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.7v.1",
  refresh: "M20 5v5h-5M4 19v-5h5m10.4-4A8 8 0 0 0 5.6 7.6M4.6 14a8 8 0 0 0 13.8 2.4",
  menu: "M4 7h16M4 12h16M4 17h16",
  leave: "M10 4H5v16h5m5-4 4-4-4-4m4 4H10",
  up: "m6 14.5 6-6 6 6",
  down: "m6 9.5 6 6 6-6",
  arrowUp: "M12 20V5m-6 6 6-6 6 6",
  arrowDown: "M12 4v15m-6-6 6 6 6-6",
  table: "M4 5h16v14H4zm0 5h16M4 14.500h16M11 10v9",
  chart: "M4 4v16h16M7.500 15l4-5 3.500 3 5-7",
  lock: "M6 11h12v9H6zm3 0V8a3 3 0 0 1 6 0v3",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  filter: "M4 6h16M7 12h10M10.5 18h3",
  calendar: "M4.5 6h15v14h-15zm0 4.500h15M8.500 3.500v4m7-4v4",
  bookmark: "M7 4h10v16l-5-4-5 4Z",
  download: "M12 4v11m-4.500-4 4.500 4.500 4.500-4.500M5 20h14",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14m-9-3h4M7 7l1 13h8l1-13m-6.500 4v5.500m3-5.500v5.500",
  shield: "M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6Z",
  settings: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm-7 10a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  key: "M14.500 14a5 5 0 1 0-4.700-3.300L3.500 17v3.500H7v-2h2v-2h2l1.200-2.700M15.800 8.200h.1",
  heart: "M3 12h4l2.500-6 4.500 12 2.500-6H21",
  terminal: "M4 5h16v14H4zm3.500 4 3 3-3 3m5.500 0h4",
  globe: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17Zm0-17c-5 5-5 12 0 17 5-5 5-12 0-17ZM3.700 12h16.600",
  clock: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17Zm0-13.500V12l3.500 2.500",
  person: "M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.500 9c.5-4.500 3.500-6.500 7.500-6.500s7 2 7.500 6.500",
  record: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17Zm0-5a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z",
  auto: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-16v16m0-3.5h5.5M12 13h7.8M12 9.5h7.4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
