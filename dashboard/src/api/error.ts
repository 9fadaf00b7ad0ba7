import { messages } from "../messages";
import type { FieldError, Problem } from "./types";

/**
 * Everything that can go wrong with a call, in one shape. `status` 0 means that no answer came;
 * `message` is always a sentence that can be shown.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly title: string = messages.errors.title,
    readonly fields: readonly FieldError[] = [],
    /** How many points are missing, where that is the reason. */
    readonly pointsNeeded: number | null = null,
  ) {
    super(detail);
  }

  static unreachable(): ApiError {
    return new ApiError(0, "unreachable", messages.errors.unreachable, messages.errors.unreachableTitle);
  }

  /** An answer that is not ours: a proxy's error page, say. */
  static unexpected(status: number): ApiError {
    return new ApiError(status, "unexpected", messages.errors.unexpected(status));
  }

  /** A problem's own title is the status in words, which tells a person nothing; its detail is what we show. */
  static fromProblem(status: number, problem: Partial<Problem>): ApiError {
    const detail = problem.detail ?? problem.title ?? messages.errors.unexpected(status);
    return new ApiError(status, problem.code ?? "unknown", detail, messages.errors.title, problem.errors ?? [], problem.points_needed ?? null);
  }
}

export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "bug", messages.errors.bug);
}

/** Trying again helps against a restart or a lost connection, never against a refusal. */
export function mayRetry(failures: number, error: unknown): boolean {
  if (failures >= 2 || !(error instanceof ApiError)) return false;
  return error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504;
}
