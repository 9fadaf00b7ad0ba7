// Made by scripts/gen.mjs out of the server's OpenAPI document. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description The action of a points event.
         * @enum {string}
         */
        ActionType: "activated" | "requested" | "redeemed" | "cancelled" | "adjusted" | "undone";
        /**
         * @description The entity of a points event.
         * @enum {string}
         */
        EntityType: "task" | "penalty" | "reward" | "adjustment";
        /** @description One invalid field, and what would be right. */
        FieldError: {
            /** @description The field's path, such as `points.delta`. */
            field: string;
            /** @description The problem, and what would be right. */
            message: string;
        };
        /** @description The reason why an event was rejected or dropped. */
        ItemError: {
            /** @description The stable code of the reason, for programs. */
            code: string;
            /** @description The reason in a sentence, for people. */
            detail: string;
            /** @description The fields that are wrong; absent if the reason is not about fields. */
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description The outcome of one event of a request. */
        ItemResult: {
            /** @description The event's position; absent if it is unknown or the event is not recorded. */
            cursor?: string | null;
            error?: components["schemas"]["ItemError"] | null;
            /**
             * Format: uuid
             * @description The event's id: the sender's, otherwise the server's. Absent if the event was refused and
             *     had none.
             */
            id?: string | null;
            /** @description The place of the event in the request, counted from 0. */
            index: number;
            /** @description The outcome. */
            status: components["schemas"]["ItemStatus"];
        };
        /**
         * @description The outcome of one event.
         * @enum {string}
         */
        ItemStatus: "accepted" | "duplicate" | "rejected" | "dropped" | "unknown";
        /** @description A problem document (RFC 9457). */
        Problem: {
            /** @description The stable code of the problem, for programs. */
            code: string;
            /** @description A sentence for people: the problem, and what to do about it. */
            detail: string;
            /** @description The fields that are wrong; absent if the problem is not about fields. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: int64
             * @description Number of points that are missing, if the balance does not suffice; absent otherwise.
             */
            points_needed?: number | null;
            /** @description The outcome of each event sent, if none is known to be recorded; absent otherwise. */
            results?: components["schemas"]["ItemResult"][];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The HTTP status in words, such as `Not Found`. */
            title: string;
            /** @description Always `about:blank`; the `code` distinguishes problems. */
            type: string;
        };
        /** Format: date-time */
        Time: string;
        /** @description A points event. */
        TrackingEvent: {
            /** @description The action. */
            action: components["schemas"]["ActionType"];
            /** @description The child whose balance it is about; null if that child was erased. */
            child_id: string | null;
            /** @description When it was written. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description The real change.
             */
            delta: number;
            /** @description The id of the task, penalty or reward; null for an adjustment. */
            entity_id: string | null;
            /** @description The type of entity. */
            entity_type: components["schemas"]["EntityType"];
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /**
             * @description Further details: the `name` of the entity, its `points` or `cost` then, the `reason` of an
             *     adjustment.
             */
            metadata: Record<string, never>;
            /** @description When it happened: for commands the time when it was written. */
            occurred_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description The balance after.
             */
            points_after: number;
            /**
             * Format: int64
             * @description The balance before.
             */
            points_before: number;
            /** @description The user account it belongs to; null if that user was erased, or if there is none. */
            user_id: string | null;
        };
        /** @description A points event, in short. */
        TrackingEventCreatedPayload: {
            /** @description The action. */
            action: components["schemas"]["ActionType"];
            /** @description The id of the child it is about; null if the event names none. */
            child_id?: string | null;
            /** @description The type of the entity that it is about. */
            entity_type: components["schemas"]["EntityType"];
            /**
             * Format: uuid
             * @description The event's id.
             */
            tracking_event_id: string;
        };
        /** @description A page of points events, newest first. */
        TrackingPage: {
            /** @description Number of events on this page. */
            count: number;
            /** @description Maximum number of events on a page. */
            limit: number;
            /** @description Number of matching events before this page. */
            offset: number;
            /**
             * Format: int64
             * @description Number of all matching events.
             */
            total: number;
            /** @description The events on this page. */
            tracking_events: components["schemas"]["TrackingEvent"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
