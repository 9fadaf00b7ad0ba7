import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import { toApiError } from "../api/error";
import type { Proof } from "../api/types";
import { messages } from "../messages";
import { CopyButton } from "../ui/copy-button";
import { Icon } from "../ui/icon";

const m = messages.detail.proof;

/** The event's digest, and whether it is still the event that was written. Asked for anew each time: that is the point. */
export function ProofView({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["proof", id],
    queryFn: ({ signal }) => call<Proof>(`api/v1/events/${encodeURIComponent(id)}/proof`, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <section className="detail-group">
      <h3>{m.title}</h3>
      {data && <Verdict proof={data} />}
      {!data && error && (
        <p className="proof-failed" role="alert">
          {m.failed} {toApiError(error).message}{" "}
          <button type="button" className="link-button" onClick={() => void refetch()}>
            {messages.states.retry}
          </button>
        </p>
      )}
      {!data && !error && <p role="status">{m.checking}</p>}
    </section>
  );
}

function Verdict({ proof }: { proof: Proof }) {
  const fine = proof.verdict === "verified" || proof.verdict === "anonymised";
  return (
    <>
      <div className="proof" data-fine={fine} role={fine ? undefined : "alert"}>
        <Icon name={fine ? "shield" : "alert"} />
        <div>
          <strong>{m[proof.verdict]}</strong>
          <p>{detailOf(proof)}</p>
        </div>
      </div>
      {proof.digest != null && (
        <div className="proof-digest">
          <code>{proof.digest}</code>
          <CopyButton text={proof.digest} label={m.copy} />
        </div>
      )}
    </>
  );
}

function detailOf({ verdict, fault }: Proof): string {
  switch (verdict) {
    case "verified":
      return m.verifiedDetail;
    case "anonymised":
      return m.anonymisedDetail;
    case "unproven":
      return m.unprovenDetail(fault ?? "");
    case "mismatch":
      return m.mismatchDetail(fault ?? "");
  }
}
