// Made by scripts/gen.mjs out of the server's OpenAPI document. Do not edit.

/** The fields one can filter by, in the order they are offered. */
export const FIELDS = ["category","action","class","severity","actor","actor_type","subject","entity_type","entity_id","session_id"] as const;

/** The most values of a term, and the most characters of a value; beyond them the server refuses the whole filter. */
export const LIMITS = {"values":100,"characters":500} as const;

/** The only values of a field that takes no others. */
export const VALUES = {
  class: ["ledger","audit","activity","error"],
  severity: ["info","notice","warning","error","critical"],
  actor_type: ["user","child","api_key","device","system","anonymous"],
} as const;
