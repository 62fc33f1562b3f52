-- What the tables hold that cannot be rebuilt; the migrations create them.

COMMENT ON TABLE pumps IS 'One row per pump. A warranty replacement is another pump.';
COMMENT ON COLUMN pumps.id IS 'Number of the pump in this database, in the order the pumps became known';
COMMENT ON COLUMN pumps.serial_number IS 'Number printed on the pump; NULL while only archives without it were imported';
COMMENT ON COLUMN pumps.model_name IS 'Name of the model, as the account reports';
COMMENT ON COLUMN pumps.model_number IS 'Model number, as the account reports';
COMMENT ON COLUMN pumps.part_number IS 'Part number, as the account reports';
COMMENT ON COLUMN pumps.software_version IS 'Software version at the last upload';
COMMENT ON COLUMN pumps.algorithm IS 'Dosing algorithm at the last upload, for example Control-IQ';
COMMENT ON COLUMN pumps.last_upload IS 'Instant of the last upload, as the account last reported; NULL if never';
COMMENT ON COLUMN pumps.first_event IS 'Oldest event as the account reports, pump''s wall clock; may be a factory date';
COMMENT ON COLUMN pumps.last_event IS 'Newest event as the account reports, pump''s wall clock; may lie in the future';
COMMENT ON COLUMN pumps.first_seen IS 'Instant at which this database first heard of the pump';
COMMENT ON COLUMN pumps.last_seen IS 'Instant at which an account or archive last named the pump';

COMMENT ON TABLE pump_assignments IS 'The identifiers by which the service knows a pump. A reassigned pump has two.';
COMMENT ON COLUMN pump_assignments.assignment_id IS 'assignmentId of the account, deviceAssignmentId of events';
COMMENT ON COLUMN pump_assignments.pump_id IS 'The pump: pumps.id';

COMMENT ON TABLE pump_settings IS 'Each distinct snapshot of a pump''s settings, verbatim';
COMMENT ON COLUMN pump_settings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN pump_settings.settings_hash IS 'Distinguishes snapshots; the service''s own hash where it sends one';
COMMENT ON COLUMN pump_settings.uploaded IS 'When the service received it, on a clock whose zone the service does not tell';
COMMENT ON COLUMN pump_settings.first_seen IS 'Instant at which this snapshot was first read';
COMMENT ON COLUMN pump_settings.last_seen IS 'Instant at which this snapshot was last read';
COMMENT ON COLUMN pump_settings.details IS 'The settings as received: profiles with their segments, limits, alerts, reminders';

COMMENT ON TABLE pump_settings_changes IS 'One row for every time that a pump''s settings were found to be others than before; settings may return';
COMMENT ON COLUMN pump_settings_changes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN pump_settings_changes.known_from IS 'When the service received them, on a clock whose zone the service does not give; if it gives no time, when they were read, in UTC';
COMMENT ON COLUMN pump_settings_changes.first_seen IS 'Instant at which the change was read';
COMMENT ON COLUMN pump_settings_changes.settings_hash IS 'The snapshot from then on: pump_settings.settings_hash';

COMMENT ON TABLE raw_events IS 'Every event exactly as received. The source of truth: everything else is rebuilt from it.';
COMMENT ON COLUMN raw_events.id IS 'pump_id * 2^48 + sequence_group * 2^32 + sequence_number: the identity as one number';
COMMENT ON COLUMN raw_events.created IS 'Instant at which this text was stored';
COMMENT ON COLUMN raw_events.raw_event_data IS 'Verbatim: a pump-logs event object, or a JSON string with the base64 of one 26-byte record';
COMMENT ON COLUMN raw_events.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN raw_events.sequence_group IS 'sequenceGroup of the service; 0 where it sends none';
COMMENT ON COLUMN raw_events.sequence_number IS 'The pump''s own number of the log entry; counts up, never set back';
COMMENT ON COLUMN raw_events.event_code IS 'Type of the event';
COMMENT ON COLUMN raw_events.pump_time IS 'The pump''s wall clock when it logged the event';
COMMENT ON COLUMN raw_events.batch_id IS 'The batch it arrived in: raw_batches.id; counts up in order of arrival';

COMMENT ON TABLE raw_event_revisions IS 'Former texts of events that came again with other content';
COMMENT ON COLUMN raw_event_revisions.raw_events_id IS 'The event: raw_events.id';
COMMENT ON COLUMN raw_event_revisions.revision IS '1 is the first text this event had';
COMMENT ON COLUMN raw_event_revisions.created IS 'Instant at which this text was stored';
COMMENT ON COLUMN raw_event_revisions.superseded IS 'Instant at which another text took its place';
COMMENT ON COLUMN raw_event_revisions.raw_event_data IS 'Verbatim former text';
COMMENT ON COLUMN raw_event_revisions.batch_id IS 'The batch it arrived in: raw_batches.id';

COMMENT ON TABLE rejected_events IS 'What came in an event''s place but cannot be identified: kept, counted, never parsed';
COMMENT ON COLUMN rejected_events.pump_id IS 'The pump it came for: pumps.id';
COMMENT ON COLUMN rejected_events.content_hash IS 'MD5 of the text: the same thing is kept once';
COMMENT ON COLUMN rejected_events.created IS 'Instant at which it was stored';
COMMENT ON COLUMN rejected_events.raw_event_data IS 'Verbatim; bytes that are no JSON as a JSON string of their base64';
COMMENT ON COLUMN rejected_events.reason IS 'Why it cannot be identified';
COMMENT ON COLUMN rejected_events.batch_id IS 'The batch it arrived in: raw_batches.id';

COMMENT ON TABLE pipeline_runs IS 'Every run of every stage';
COMMENT ON COLUMN pipeline_runs.id IS 'Number of the run';
COMMENT ON COLUMN pipeline_runs.stage IS 'fetch, import, parse or derive';
COMMENT ON COLUMN pipeline_runs.started IS 'Instant of the start';
COMMENT ON COLUMN pipeline_runs.ended IS 'Instant of the end; NULL while running, and permanently if killed';
COMMENT ON COLUMN pipeline_runs.outcome IS 'completed, interrupted or failed; NULL while running, and permanently if killed';
COMMENT ON COLUMN pipeline_runs.counts IS 'The run''s counters, by name';
COMMENT ON COLUMN pipeline_runs.error IS 'What went wrong';

COMMENT ON TABLE raw_batches IS 'Every page of events that brought something, written in one transaction with its events';
COMMENT ON COLUMN raw_batches.id IS 'Number of the batch, in order of arrival';
COMMENT ON COLUMN raw_batches.run_id IS 'The run that brought it: pipeline_runs.id';
COMMENT ON COLUMN raw_batches.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN raw_batches.received IS 'Instant of arrival';
COMMENT ON COLUMN raw_batches.new IS 'Events never seen before';
COMMENT ON COLUMN raw_batches.duplicate IS 'Events seen before with the same content';
COMMENT ON COLUMN raw_batches.revised IS 'Events seen before with other content';
COMMENT ON COLUMN raw_batches.recovered IS 'Events that were seen before, had been deleted from raw_events, and arrived again';
COMMENT ON COLUMN raw_batches.digest IS 'Sum of the XXH3 hashes of the texts that it brought, by which an edited one is noticed; NULL where not known';
COMMENT ON COLUMN raw_batches.rejected IS 'Things without identity: rejected_events';

COMMENT ON TABLE fetch_windows IS 'The fetch log: which days of which pump were asked for when, and what came';
COMMENT ON COLUMN fetch_windows.id IS 'Number of the window';
COMMENT ON COLUMN fetch_windows.run_id IS 'The run that asked: pipeline_runs.id';
COMMENT ON COLUMN fetch_windows.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN fetch_windows.first_day IS 'First day asked for, pump''s wall clock';
COMMENT ON COLUMN fetch_windows.last_day IS 'Last day asked for, pump''s wall clock';
COMMENT ON COLUMN fetch_windows.fetched IS 'Instant at which the answer was stored';
COMMENT ON COLUMN fetch_windows.last_upload IS 'The pump''s last upload as known when asking';
COMMENT ON COLUMN fetch_windows.new IS 'Events never seen before';
COMMENT ON COLUMN fetch_windows.duplicate IS 'Events seen before with the same content';
COMMENT ON COLUMN fetch_windows.revised IS 'Events seen before with other content';
COMMENT ON COLUMN fetch_windows.rejected IS 'Things without identity: rejected_events';
COMMENT ON COLUMN fetch_windows.doubt IS 'What is wrong with the answer; NULL when it is plausible';
COMMENT ON COLUMN fetch_windows.assignment_id IS 'The pump''s identifier that was asked for: pump_assignments.assignment_id; NULL where it is not known';

COMMENT ON TABLE accounts IS 'Whose history the file holds: one row after the first sync';
COMMENT ON COLUMN accounts.account_id IS 'The service''s identifier of the person';
COMMENT ON COLUMN accounts.first_seen IS 'Instant at which the account was first read';

COMMENT ON TABLE time_zones IS 'The zones the person lived in, as configured';
COMMENT ON COLUMN time_zones.valid_from IS 'First local day in this zone; NULL is the beginning of time';
COMMENT ON COLUMN time_zones.zone IS 'IANA name, for example America/New_York';

COMMENT ON TABLE parse_progress IS 'How far raw events are decoded: one row, or none before the first parse';
COMMENT ON COLUMN parse_progress.dictionary IS 'Digest of the event dictionary that decoded them; another one decodes all again';
COMMENT ON COLUMN parse_progress.batch_id IS 'The last batch decoded: raw_batches.id';

COMMENT ON TABLE pending_derivations IS 'Pumps whose domain rows are behind their events';
COMMENT ON COLUMN pending_derivations.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN pending_derivations.from_events_id IS 'The earliest event that is new or changed: events.id';

COMMENT ON TABLE derived_objects IS 'The tables, views and macros that are derived, and the definition that each was built with';
COMMENT ON COLUMN derived_objects.name IS 'Its name';
COMMENT ON COLUMN derived_objects.kind IS 'table, view, macro or comments';
COMMENT ON COLUMN derived_objects.digest IS 'Digest of its definition and of everything it depends on; it is rebuilt when this differs';
COMMENT ON COLUMN derived_objects.comments_digest IS 'Digest of its comments; they are replaced when this differs';
COMMENT ON COLUMN derived_objects.shape IS 'What the catalog said of it when it was built: the columns of a table, the text of a view';
COMMENT ON COLUMN derived_objects.is_complete IS 'False while its rows are being rebuilt';

COMMENT ON TABLE sinks IS 'Destinations that documents were pushed to';
COMMENT ON COLUMN sinks.name IS 'The destination, for example nightscout https://example.org/';
COMMENT ON COLUMN sinks.since IS 'Documents from this instant on are kept there';
COMMENT ON COLUMN sinks.last_pushed IS 'When a push last finished; NULL before the first';
COMMENT ON COLUMN sinks.stamp IS 'State of the database that was pushed in full; NULL when there may be more to push';

COMMENT ON TABLE sink_documents IS 'The documents that each destination holds, one row per document';
COMMENT ON COLUMN sink_documents.sink IS 'The destination: sinks.name';
COMMENT ON COLUMN sink_documents.identifier IS 'Identifier of the document, the same in every database of this history';
COMMENT ON COLUMN sink_documents.kind IS 'Kind of the document, for example entries or boluses';
COMMENT ON COLUMN sink_documents.day IS 'UTC day of the document, in days since 1970';
COMMENT ON COLUMN sink_documents.date_ms IS 'Time of the document, in milliseconds since 1970';
COMMENT ON COLUMN sink_documents.content_hash IS 'MD5 of its content; NULL while it is not known whether it arrived';
COMMENT ON COLUMN sink_documents.pushed IS 'When it was last sent';

COMMENT ON TABLE sink_days IS 'Days that a destination holds in full, so that unchanged days are not compared document by document';
COMMENT ON COLUMN sink_days.sink IS 'The destination: sinks.name';
COMMENT ON COLUMN sink_days.kind IS 'Kind of the documents';
COMMENT ON COLUMN sink_days.day IS 'UTC day, in days since 1970';
COMMENT ON COLUMN sink_days.digest IS 'Digest of the rows that the documents of the day were made from';
