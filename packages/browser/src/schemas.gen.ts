// Made by scripts/gen.mjs out of the server's OpenAPI document. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description The action of a points event.
         * @enum {string}
         */
        ActionType: "activated" | "requested" | "redeemed" | "cancelled" | "adjusted";
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
        /** @description Why an event was rejected or dropped. */
        ItemError: {
            /** @description For programs; stable. */
            code: string;
            /** @description For people. */
            detail: string;
            /** @description The fields that are wrong. */
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description The outcome of one event of a request. */
        ItemResult: {
            /** @description Its position, once it is on the record. */
            cursor?: string | null;
            error?: components["schemas"]["ItemError"] | null;
            /**
             * Format: uuid
             * @description Its id: the sender's, else the server's.
             */
            id?: string | null;
            /** @description Its place in the request, counted from 0. */
            index: number;
            /** @description What became of it. */
            status: components["schemas"]["ItemStatus"];
        };
        /**
         * @description What became of one event.
         * @enum {string}
         */
        ItemStatus: "accepted" | "duplicate" | "rejected" | "dropped" | "unknown";
        /** @description A problem document. */
        Problem: {
            /** @description What went wrong, for programs; stable. */
            code: string;
            /** @description What went wrong and what to do, for people. */
            detail: string;
            /** @description The fields that are wrong. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: int64
             * @description How many points are missing, where they do not suffice.
             */
            points_needed?: number | null;
            /** @description The outcome of each event, where every one was rejected. */
            results?: components["schemas"]["ItemResult"][];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description Always `about:blank`: the `code` tells problems apart. */
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
            /** @description What was done. */
            action: components["schemas"]["ActionType"];
            /** @description The child whose balance it is about. */
            child_id?: string | null;
            /** @description What it was about. */
            entity_type: components["schemas"]["EntityType"];
            /**
             * Format: uuid
             * @description The event's id.
             */
            tracking_event_id: string;
        };
        /** @description A page of points events, newest first. */
        TrackingPage: {
            /** @description How many are on this page. */
            count: number;
            /** @description How many a page holds at most. */
            limit: number;
            /** @description How many come before this page. */
            offset: number;
            /**
             * Format: int64
             * @description How many there are in all.
             */
            total: number;
            /** @description The events. */
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
