export {
  getTrackingEventsForChild,
  type ActionType,
  type EntityType,
  type Problem,
  type TrackingEvent,
  type TrackingEventCreatedPayload,
  type TrackingOptions,
  type TrackingPage,
  type TrackingQuery,
  type TrackingResponse,
} from "./tracking";
