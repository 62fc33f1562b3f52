//! The 26-byte record: the form of Bluetooth captures (re-ordered) and of the cloud's retired binary answers.
//!
//! Big-endian: 4 bits source and 12 bits event code, u32 pump time, u32 sequence number, 16 bytes payload. There is no length,
//! checksum or marker, so a stream that lost a byte decodes to nonsense; whoever reads files should compare the result with
//! what a pump can say.

use crate::event::{Encoding, Event, Header, layout_of};
use crate::event_code::EventCode;
use crate::{Problem, ProblemKind, PumpTime};

/// Bytes of one record.
pub const RECORD_LENGTH: usize = 26;

/// Decodes one record. Every 26 bytes are a record of some kind, so this cannot fail.
///
/// The record has no sequence group; it is 0, as in every JSON capture.
#[must_use]
pub fn decode_record(record: &[u8; RECORD_LENGTH]) -> Event {
    let [id0, id1, t0, t1, t2, t3, s0, s1, s2, s3, payload @ ..] = *record;
    let id = u16::from_be_bytes([id0, id1]);
    let code = EventCode(u32::from(id) & EventCode::MAX_OF_RECORDS.0);
    let header = Header {
        source: (id >> 12) as u8,
        code,
        pump_time: PumpTime::from_seconds(u32::from_be_bytes([t0, t1, t2, t3])),
        sequence_group: 0,
        sequence_number: u32::from_be_bytes([s0, s1, s2, s3]),
    };
    let layout = layout_of(code);
    let present = layout.map_or(0, |layout| layout.all_fields);
    Event { header, payload, present, encoding: Encoding::Record, layout, extras: None }
}

/// Decodes all whole records of `bytes`; the second part is the cut record at the end, if there is one.
#[must_use]
pub fn decode_records(bytes: &[u8]) -> (impl ExactSizeIterator<Item = Event> + '_, Option<TruncatedRecord>) {
    let (records, rest) = bytes.as_chunks::<RECORD_LENGTH>();
    let tail = TruncatedRecord::new((bytes.len() - rest.len()) as u64, rest);
    (records.iter().map(decode_record), tail)
}

/// The record of an event. The sequence group, extra fields and the bits of a code beyond the twelve of a record have no
/// place in it.
///
/// For an event out of a record this gives the same 26 bytes.
#[must_use]
pub fn encode_record(event: &Event) -> [u8; RECORD_LENGTH] {
    let Header { source, code, pump_time, sequence_number, .. } = event.header;
    let id = u16::from(source & 0xf) << 12 | (code.0 & EventCode::MAX_OF_RECORDS.0) as u16;
    let mut record = [0; RECORD_LENGTH];
    record[..2].copy_from_slice(&id.to_be_bytes());
    record[2..6].copy_from_slice(&pump_time.seconds().to_be_bytes());
    record[6..10].copy_from_slice(&sequence_number.to_be_bytes());
    record[10..].copy_from_slice(&event.payload);
    record
}

/// Decodes a stream of records that arrives in pieces of any size.
///
/// ```
/// use pump_events::{RECORD_LENGTH, RecordDecoder};
///
/// let stream = [0; 2 * RECORD_LENGTH + 5];
/// let mut decoder = RecordDecoder::default();
/// let mut events = 0;
/// for piece in stream.chunks(7) {
///     events += decoder.push(piece).count();
/// }
/// let tail = decoder.finish().expect("five bytes are left");
/// assert_eq!((events, tail.position, tail.bytes.len()), (2, 52, 5));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RecordDecoder {
    /// The begun record; its first `filled` bytes are there.
    begun: [u8; RECORD_LENGTH],
    filled: usize,
    /// Bytes of the whole records seen so far.
    position: u64,
}

/// The end of a stream that stops inside a record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TruncatedRecord {
    /// Offset of the cut record's first byte in the stream.
    pub position: u64,
    /// The bytes that are there, 1 to 25.
    pub bytes: Vec<u8>,
}

impl RecordDecoder {
    /// Takes the next piece and gives the records that it completes. The piece is taken in whole even if the iterator is not
    /// used up.
    pub fn push<'a>(&mut self, piece: &'a [u8]) -> impl Iterator<Item = Event> + use<'a> {
        let (head, rest) = piece.split_at(piece.len().min((RECORD_LENGTH - self.filled) % RECORD_LENGTH));
        let first = self.complete(head);
        let (records, tail) = rest.as_chunks::<RECORD_LENGTH>();
        if !tail.is_empty() {
            self.begun[..tail.len()].copy_from_slice(tail);
            self.filled = tail.len();
        }
        self.position += (RECORD_LENGTH * (records.len() + usize::from(first.is_some()))) as u64;
        first.into_iter().chain(records.iter().map(decode_record))
    }

    /// Ends the stream: the cut record, if it stops inside one.
    #[must_use]
    pub fn finish(self) -> Option<TruncatedRecord> {
        TruncatedRecord::new(self.position, &self.begun[..self.filled])
    }

    /// Adds bytes to the begun record; the event, if that completes it.
    fn complete(&mut self, head: &[u8]) -> Option<Event> {
        self.begun[self.filled..self.filled + head.len()].copy_from_slice(head);
        self.filled += head.len();
        let complete = self.filled == RECORD_LENGTH;
        if complete {
            self.filled = 0;
        }
        complete.then(|| decode_record(&self.begun))
    }
}

impl TruncatedRecord {
    fn new(position: u64, bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty()).then(|| Self { position, bytes: bytes.to_vec() })
    }

    /// The tail as a problem.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let got = format!("{} bytes at {}", self.bytes.len(), self.position);
        Problem::of_event(ProblemKind::CutRecord, format!("{RECORD_LENGTH} bytes"), got)
    }
}
