// One function talks to the server. It adds the base path and the CSRF token, and turns every failure into an ApiError.
import { basePath } from "../url/base";
import { ApiError } from "./error";
import type { Problem } from "./types";

type Query = Record<string, string | number | undefined>;

interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Query;
  body?: unknown;
  /** By what the server knows the call when it is sent again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

// The token belongs to the session cookie; it lives in memory only, and a reload fetches it again.
let csrfToken: string | null = null;

export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** `path` is relative to the base path: `api/v1/events`. */
export async function call<T>(path: string, { method = "GET", query = {}, body, idempotencyKey, signal }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrfToken !== null) headers["X-CSRF-Token"] = csrfToken;
  if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;

  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    // A cancelled call is no failure: the query library must see it as what it is.
    if (signal?.aborted) throw error;
    throw ApiError.unreachable();
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ApiError.unexpected(response.status);
  }
}

/** Parameters without a value are left out: the server refuses what it does not know, and an empty filter is none. */
export function address(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return basePath() + path + (text === "" ? "" : `?${text}`);
}

async function failure(response: Response): Promise<ApiError> {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) return ApiError.unexpected(response.status);
  try {
    return ApiError.fromProblem(response.status, (await response.json()) as Partial<Problem>);
  } catch {
    return ApiError.unexpected(response.status);
  }
}
