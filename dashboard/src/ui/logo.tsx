/** The same drawing as public/favicon.svg: lines of a page, and one dot of gold. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect className="logo-page" width="32" height="32" rx="8" />
      <path className="logo-lines" d="M9 9.5h14M9 16h14M9 22.5h8" />
      <circle className="logo-dot" cx="22" cy="22.5" r="2.2" />
    </svg>
  );
}
