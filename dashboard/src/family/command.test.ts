import { describe, expect, it } from "vitest";
import { ApiError } from "../api/error";
import type { CommandAnswer } from "../api/types";
import { isUnsure, Keys, pointsIn, sendRepeatedly, slotOf, type Command } from "./command";

const dishes: Command = { name: "trigger-task", body: { task_id: "dishes" } };
const answer = {} as CommandAnswer;
const refused = new ApiError(422, "insufficient_points", "3 more points are needed.", undefined, [], 3);

/** Fails so often, then answers; tells the keys it was sent. */
function server(failures: ApiError[]) {
  const keys: string[] = [];
  const send = (_command: Command, key: string) => {
    keys.push(key);
    const failure = failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve(answer);
  };
  return { keys, send };
}

const pauses: number[] = [];
const pause = (ms: number) => {
  pauses.push(ms);
  return Promise.resolve();
};

describe("a command", () => {
  it("is sent again under the same key after a lost connection, later each time", async () => {
    pauses.length = 0;
    const { keys, send } = server([ApiError.unreachable(), new ApiError(503, "busy", "Busy.")]);
    expect(await sendRepeatedly(dishes, "k1", send, pause)).toBe(answer);
    expect(keys).toEqual(["k1", "k1", "k1"]);
    expect(pauses).toEqual([600, 1_200]);
  });

  it("is not sent again after a refusal, nor for ever", async () => {
    const strict = server([refused]);
    await expect(sendRepeatedly(dishes, "k1", strict.send, pause)).rejects.toBe(refused);
    expect(strict.keys).toHaveLength(1);
    const dead = server(Array.from({ length: 9 }, () => ApiError.unreachable()));
    await expect(sendRepeatedly(dishes, "k1", dead.send, pause)).rejects.toThrow();
    expect(dead.keys).toHaveLength(3);
  });

  it("keeps its key until its fate is known", () => {
    let made = 0;
    const keys = new Keys((bytes) => bytes.fill(++made));
    const slot = slotOf("ben", dishes);
    const first = keys.of(slot);
    expect(first).toMatch(/^(01){16}$/);
    expect(keys.of(slot)).toBe(first);
    expect(keys.of(slotOf("mia", dishes))).not.toBe(first);
    keys.settled(slot);
    expect(keys.of(slot)).not.toBe(first);
  });

  it("may have been done where no answer came, and was not where one did", () => {
    expect(isUnsure(ApiError.unreachable())).toBe(true);
    expect(isUnsure(new ApiError(503, "busy", "Busy."))).toBe(true);
    expect(isUnsure(refused)).toBe(false);
  });
});

it("takes points as the server does: whole, more than none, not too many", () => {
  expect([" 12 ", "1", "1000000000"].map(pointsIn)).toEqual([12, 1, 1_000_000_000]);
  for (const text of ["", "0", "-4", "1.5", "1,000", "twelve", "1000000001", "99999999999"]) expect(pointsIn(text)).toBeNull();
});
