// The first event in a few languages, with this server's address and the viewer's own key filled in.

export const LANGUAGES = ["curl", "rust", "browser", "python"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What stands for a key that is not made yet. */
export const PLACEHOLDER = "$ANNALS_KEY";

const EVENT = `{"action": "quest_started", "actor": {"type": "user", "id": "u1", "name": "Ada"}, "metadata": {"quest_id": "q1", "quest_title": "Volcanoes"}}`;
/** A web page speaks for its visitor alone, and names nobody. */
const VISITOR_EVENT = `{ action: "page_view", page: { path: location.pathname, title: document.title } }`;

export function snippet(language: Language, url: string, key: string): string {
  switch (language) {
    case "curl":
      return [
        `curl -X POST ${url} \\`,
        `  -H "Authorization: Bearer ${key}" \\`,
        `  -H "Content-Type: application/json" \\`,
        `  -d '${EVENT}'`,
      ].join("\n");
    case "rust":
      return [
        `ureq::post("${url}")`,
        `    .header("Authorization", "Bearer ${key}")`,
        `    .send_json(serde_json::json!({`,
        `        "action": "quest_started",`,
        `        "actor": {"type": "user", "id": "u1", "name": "Ada"},`,
        `        "metadata": {"quest_id": "q1", "quest_title": "Volcanoes"},`,
        `    }))?;`,
      ].join("\n");
    case "browser":
      return [
        `await fetch("${url}", {`,
        `  method: "POST",`,
        `  headers: { Authorization: "Bearer ${key}", "Content-Type": "application/json" },`,
        `  body: JSON.stringify(${VISITOR_EVENT}),`,
        `  keepalive: true,`,
        `});`,
      ].join("\n");
    case "python":
      return [
        `import json, urllib.request`,
        ``,
        `event = ${EVENT}`,
        `request = urllib.request.Request(`,
        `    "${url}",`,
        `    data=json.dumps(event).encode(),`,
        `    headers={"Authorization": "Bearer ${key}", "Content-Type": "application/json"},`,
        `)`,
        `print(urllib.request.urlopen(request).read().decode())`,
      ].join("\n");
  }
}
