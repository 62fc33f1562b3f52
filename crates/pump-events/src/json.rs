//! The cloud's JSON: pump-logs events in, pump-logs events and `event_data` out.

mod write;
