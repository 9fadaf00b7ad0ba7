import { rangeText } from "../chart/days";
import { formatNumber, messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { useRank } from "./use-family";
import { signed } from "./words";

const m = messages.family;

/** This week's place among brothers and sisters. A child is told its own place and nobody else's points. */
export function RankPanel({ child, own }: { child: string; own: boolean }) {
  const query = useRank(child);
  return (
    <section className="panel rank" aria-labelledby="rank">
      <div className="panel-head">
        <h2 id="rank">
          {m.rank}
          {query.data && <span>{rangeText(query.data.start_date, query.data.end_date)}</span>}
        </h2>
      </div>
      <Loaded query={query}>
        {({ of, rank, children }) => {
          if (of < 2) return <p className="form-hint">{m.rankAlone}</p>;
          if (own) return <p className="rank-own">{m.rankOwn(rank, of)}</p>;
          const most = Math.max(1, ...children.map((one) => one.good.points));
          return (
            <table className="rank-table">
              <caption className="visually-hidden">{m.rank}</caption>
              <thead className="visually-hidden">
                <tr>
                  <th scope="col">{m.rankTable.place}</th>
                  <th scope="col">{m.rankTable.name}</th>
                  <th scope="col">{m.rankTable.points}</th>
                </tr>
              </thead>
              <tbody>
                {children.map((one) => (
                  <tr key={one.id} aria-current={one.id === child ? "true" : undefined}>
                    <td className="rank-number">{formatNumber(one.rank)}</td>
                    <th scope="row">
                      {one.name ?? one.id}
                      <svg className="reward-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect width={(Math.max(0, one.good.points) / most) * 100} height="4" data-enough="true" />
                      </svg>
                    </th>
                    <td className="rank-points">{signed(one.good.points)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Loaded>
    </section>
  );
}
