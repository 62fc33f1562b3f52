//! Standard input and output as the server sees them. The library drops lines that are not JSON; here they get the error that
//! JSON-RPC asks for, so that a client does not wait for an answer, and no line can fill the memory.

use std::io;
use std::time::Duration;

use pipeline::StopSignal;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex,
};

/// The longest message that is read, in bytes. A query is rarely longer than a few thousand.
const MAX_MESSAGE_BYTES: usize = 1 << 20;
/// The size of the pipes to and from the server.
const PIPE_BYTES: usize = 1 << 16;

/// How long a query may run on after the input has ended.
const GRACE: Duration = Duration::from_millis(500);

/// JSON-RPC's codes.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// A line of input.
enum Message {
    Whole(Vec<u8>),
    TooLong,
}

/// The server's ends of pipes to standard input and output, and the work that moves messages between them until either side ends.
/// Sets `input_ended` when no more questions can come, and those that came had some time to be answered.
pub(super) fn connect(input_ended: StopSignal) -> ((DuplexStream, DuplexStream), impl Future<Output = io::Result<()>>) {
    let (to_server, from_client) = duplex(PIPE_BYTES);
    let (to_client, from_server) = duplex(PIPE_BYTES);
    let (refusals, refused) = tokio::sync::mpsc::channel(1);
    let work = async move {
        let read = async {
            let read = read_messages(BufReader::new(tokio::io::stdin()), to_server, refusals).await;
            tokio::spawn(async move {
                tokio::time::sleep(GRACE).await;
                input_ended.stop();
            });
            read
        };
        tokio::try_join!(read, write_messages(from_server, refused)).map(|_| ())
    };
    ((from_client, to_client), work)
}

/// Hands what is JSON to the server, until the input ends.
async fn read_messages(
    mut input: impl AsyncBufRead + Unpin,
    mut server: DuplexStream,
    refusals: tokio::sync::mpsc::Sender<String>,
) -> io::Result<()> {
    while let Some(message) = read_message(&mut input).await? {
        let refusal = match message {
            Message::TooLong => {
                refuse(INVALID_REQUEST, &format!("the message is longer than {MAX_MESSAGE_BYTES} bytes"))
            }
            Message::Whole(text) => match serde_json::from_slice::<IgnoredAny>(&text) {
                Ok(_) => {
                    server.write_all(&text).await?;
                    continue;
                }
                Err(_) if text.iter().all(u8::is_ascii_whitespace) => continue,
                Err(error) => refuse(PARSE_ERROR, &format!("the message is not valid JSON: {error}")),
            },
        };
        // Without a reader the output has ended, which ends the server, too.
        let _ = refusals.send(refusal).await;
    }
    Ok(())
}

fn refuse(code: i32, message: &str) -> String {
    json!({"jsonrpc": "2.0", "id": null, "error": {"code": code, "message": message}}).to_string()
}

/// The next line, with its end; `None` at the end of the input.
async fn read_message(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Message>> {
    let mut line = Vec::new();
    if (&mut *input).take(MAX_MESSAGE_BYTES as u64).read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        return Ok(Some(Message::Whole(line)));
    }
    if line.len() < MAX_MESSAGE_BYTES {
        // The input ended without a line feed.
        line.push(b'\n');
        return Ok(Some(Message::Whole(line)));
    }
    while !line.ends_with(b"\n") {
        line.clear();
        if (&mut *input).take(MAX_MESSAGE_BYTES as u64).read_until(b'\n', &mut line).await? == 0 {
            break;
        }
    }
    Ok(Some(Message::TooLong))
}

/// Writes the server's messages and the refusals, each in one piece, until the server ends.
async fn write_messages(server: DuplexStream, mut refused: tokio::sync::mpsc::Receiver<String>) -> io::Result<()> {
    let mut answers = BufReader::new(server).split(b'\n');
    let mut output = tokio::io::stdout();
    loop {
        let mut line = tokio::select! {
            Some(refusal) = refused.recv() => refusal.into_bytes(),
            answer = answers.next_segment() => match answer? {
                Some(answer) => answer,
                None => return Ok(()),
            },
        };
        line.push(b'\n');
        output.write_all(&line).await?;
        output.flush().await?;
    }
}
