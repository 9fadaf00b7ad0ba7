import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Badge, BadgeList } from "../api/types";
import { locale, messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { basePath } from "../url/base";
import "./badges.css";

const m = messages.badges;

/** What a child has earned beside points, and how far it is from the rest. */
export function Badges({ child }: { child: string }) {
  const query = useQuery({
    queryKey: ["family", child, "badges"],
    queryFn: ({ signal }) => call<BadgeList>(`child/${encodeURIComponent(child)}/badges`, { query: { lang: messages.language }, signal }),
  });
  return <Loaded query={query}>{({ badges }) => <BadgeSection child={child} badges={badges} />}</Loaded>;
}

/** Nothing where the server has no rules: there is nothing to earn. */
export function BadgeSection({ child, badges }: { child: string; badges: Badge[] }) {
  if (badges.length === 0) return null;
  const earned = badges.filter((badge) => badge.awarded_at !== null).length;
  return (
    <section className="panel badges" aria-labelledby="badges">
      <div className="panel-head">
        <h2 id="badges">
          {m.title}
          <span>{m.earned(earned, badges.length)}</span>
        </h2>
      </div>
      <ul>
        {badges.map((badge) => (
          <li key={badge.id} className={badge.awarded_at === null ? "badge-card" : "badge-card earned"}>
            <BadgeCard child={child} badge={badge} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function BadgeCard({ child, badge }: { child: string; badge: Badge }) {
  const { id, kind, name, text, metric, value, threshold, awarded_at: awardedAt } = badge;
  return (
    <>
      <h3>{name}</h3>
      {awardedAt !== null && <p>{text}</p>}
      {awardedAt === null ? (
        <>
          <progress value={Math.min(value, threshold)} max={threshold} aria-label={name} />
          <p className="badge-progress">{m.progress(value, threshold, metric)}</p>
        </>
      ) : (
        <p className="badge-progress">
          <time dateTime={awardedAt}>{m.awardedOn(new Date(awardedAt).toLocaleDateString(locale, { dateStyle: "medium" }))}</time>
        </p>
      )}
      {awardedAt !== null && kind === "certificate" && (
        <a className="button small" href={certificate(child, id)} target="_blank" rel="noopener" aria-label={m.certificateOf(name)}>
          {m.certificate}
        </a>
      )}
    </>
  );
}

/** The page of a certificate, in the language that is read here. */
function certificate(child: string, badge: string): string {
  return `${basePath()}child/${encodeURIComponent(child)}/certificates/${encodeURIComponent(badge)}?lang=${messages.language}`;
}
