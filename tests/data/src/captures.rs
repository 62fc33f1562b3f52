//! Captures of single events: one a line, with the fields it must decode to.

/// The length of a record, in bytes.
pub const RECORD_LENGTH: usize = 26;

/// A published capture of one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// The record in hex, or the event in JSON as received.
    pub text: &'static str,
    /// The event's code.
    pub code: u32,
    /// The event's number in the pump's log.
    pub sequence_number: u32,
    /// What the pump's clock showed, as `2022-02-17T23:12:14`.
    pub pump_time: &'static str,
    /// Every field that the event has, by name.
    pub fields: Vec<(&'static str, f64)>,
    /// Who published it.
    pub source: &'static str,
}

impl Capture {
    /// The bytes of a record.
    ///
    /// # Panics
    /// The text is not a record in hex.
    #[must_use]
    pub fn bytes(&self) -> [u8; RECORD_LENGTH] {
        record_from_hex(self.text)
    }
}

/// The bytes of a record that is given in hex.
///
/// # Panics
/// The text is not a record in hex.
#[must_use]
pub fn record_from_hex(hex: &str) -> [u8; RECORD_LENGTH] {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    let bytes: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair, 16).expect("a record in hex")).collect();
    bytes.try_into().expect("a record of 26 bytes")
}

/// Records of the kinds that the cloud is known to send.
#[must_use]
pub fn records() -> Vec<Capture> {
    read(include_str!("../captures/records.txt"))
}

/// Events as the pump-logs service sends them.
#[must_use]
pub fn events() -> Vec<Capture> {
    read(include_str!("../captures/events.txt"))
}

/// Records of codes that were learned later. A dictionary may not know them.
#[must_use]
pub fn newer_records() -> Vec<Capture> {
    read(include_str!("../captures/newer_records.txt"))
}

fn read(file: &'static str) -> Vec<Capture> {
    let mut source = "";
    let mut captures = Vec::new();
    for line in file.lines() {
        match line.split_at_checked(2) {
            Some(("@ ", name)) => source = name,
            Some(("# ", _)) | None => {}
            Some(_) => captures.push(read_line(line, source).unwrap_or_else(|| panic!("not a capture: {line}"))),
        }
    }
    captures
}

fn read_line(line: &'static str, source: &'static str) -> Option<Capture> {
    let mut parts = line.rsplitn(3, " | ");
    let (fields, identity, text) = (parts.next()?, parts.next()?, parts.next()?);
    let [code, sequence_number, pump_time] = identity.split(' ').collect::<Vec<_>>()[..] else { return None };
    let field = |field: &'static str| field.split_once('=').and_then(|(name, value)| Some((name, value.parse().ok()?)));
    Some(Capture {
        text,
        code: code.parse().ok()?,
        sequence_number: sequence_number.parse().ok()?,
        pump_time,
        fields: fields.split_whitespace().map(field).collect::<Option<_>>()?,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_capture_is_missing() {
        for (captures, expected) in [(records(), 108), (events(), 135), (newer_records(), 16)] {
            assert_eq!(captures.len(), expected);
            assert!(captures.iter().all(|capture| !capture.source.is_empty() && !capture.fields.is_empty()));
        }
    }

    #[test]
    fn the_identity_of_a_record_is_what_its_bytes_say() {
        for capture in records().iter().chain(&newer_records()) {
            let bytes = capture.bytes();
            let code = u32::from(u16::from_be_bytes([bytes[0], bytes[1]]) & 0x0fff);
            let number = u32::from_be_bytes([bytes[6], bytes[7], bytes[8], bytes[9]]);
            assert_eq!((code, number), (capture.code, capture.sequence_number), "{}", capture.text);
        }
    }

    #[test]
    fn a_line_of_another_shape_is_refused() {
        for line in [
            "",
            "00 | 3 1 2022-02-17T23:12:14",
            "00 | 3 1 | a=1",
            "00 | 3 x t | a=1",
            "00 | 3 1 t | a",
            "00 | 3 1 t | a=b",
        ] {
            assert_eq!(read_line(line, ""), None, "{line}");
        }
    }
}
