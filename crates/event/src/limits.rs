//! Every size an event may have, in one place. Characters are Unicode scalar values.

/// Characters of a category, an entity type.
pub const CATEGORY_CHARS: usize = 50;
/// Characters of an action.
pub const ACTION_CHARS: usize = 100;
/// Characters of an id: actor, subject, account, entity, session.
pub const ID_CHARS: usize = 200;
/// Characters of a name: actor, subject, entity, error type, component.
pub const NAME_CHARS: usize = 200;
/// Characters of a message.
pub const MESSAGE_CHARS: usize = 1_000;
/// Characters of a page title.
pub const TITLE_CHARS: usize = 500;
/// Characters of a path, route, endpoint, referrer.
pub const URL_CHARS: usize = 2_000;
/// Characters of a user agent.
pub const USER_AGENT_CHARS: usize = 1_000;
/// Characters of an error's message.
pub const ERROR_MESSAGE_CHARS: usize = 2_000;
/// Characters of a stack.
pub const STACK_CHARS: usize = 16_000;
/// Characters of device, operating system, browser, HTTP method.
pub const WORD_CHARS: usize = 50;
/// Number of fields that one event may change.
pub const CHANGES: usize = 50;
/// Bytes of `changes` as canonical JSON.
pub const CHANGES_BYTES: usize = 16 * 1024;
/// Characters of a changed field's name.
pub const CHANGE_FIELD_CHARS: usize = 100;
/// Characters of a text before or after a change.
pub const CHANGE_TEXT_CHARS: usize = 1_000;
/// Bytes of `metadata` as canonical JSON.
pub const METADATA_BYTES: usize = 16 * 1024;
/// Keys of `metadata`, at its top level.
pub const METADATA_KEYS: usize = 64;
/// Characters of a key in `metadata`.
pub const METADATA_KEY_CHARS: usize = 100;
/// Depth of an event's JSON; the event itself is depth 1.
pub const DEPTH: usize = 8;
/// Bytes of one event as sent.
pub const EVENT_BYTES: usize = 64 * 1024;
/// Events in one request.
pub const EVENTS_PER_REQUEST: usize = 1_000;
/// Bytes of one request's body, after decompression.
pub const REQUEST_BYTES: usize = 5 * 1024 * 1024;
/// The largest integer that every JSON reader holds exactly: 2⁵³ − 1.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;
/// Microseconds by which an event may lie ahead of the server's clock: 5 minutes.
pub const AHEAD_MICROS: i64 = 5 * 60 * 1_000_000;
/// Milliseconds for which a browser's offline queue may hold an event: 24 hours.
pub const AGE_MS: u64 = 24 * 60 * 60 * 1_000;
