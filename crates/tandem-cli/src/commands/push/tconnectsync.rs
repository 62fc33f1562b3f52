//! `tandem push nightscout --replace-tconnectsync`: lists what tconnectsync uploaded, asks, and deletes it.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use nightscout::{ForeignDocument, Nightscout};
use pipeline::sink::Outcome;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::{format_count, format_thousands};
use crate::terminal::Terminal;

/// Deletes tconnectsync's documents from `from` on, if the person agrees.
pub(super) fn replace(
    site: &Nightscout,
    from: Option<DateTime<Utc>>,
    yes: bool,
    dry_run: bool,
    context: &Context,
) -> Result<()> {
    let from = from.ok_or_else(|| {
        let failure = Failure::new(Exit::Usage, "--replace-tconnectsync needs a first day");
        failure.hint("add --from DATE: documents since then are deleted and sent again from this database")
    })?;
    let documents = context.runtime.block_on(site.tconnectsync_documents(from))?;
    list(&documents, context);
    if documents.is_empty() || dry_run {
        return Ok(());
    }
    if !yes {
        agree(&documents)?;
    }
    context.runtime.block_on(delete(site, &documents, context))
}

fn list(documents: &[ForeignDocument], context: &Context) {
    let mut kinds: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for document in documents {
        *kinds.entry((document.collection, &document.event_type)).or_default() += 1;
    }
    let day = |ms: Option<i64>| {
        ms.and_then(DateTime::from_timestamp_millis).unwrap_or_default().format("%Y-%m-%d").to_string()
    };
    let dates = || documents.iter().map(|document| document.date_ms);
    if documents.is_empty() {
        context.terminal.say("tconnectsync has not uploaded anything since then.");
        return;
    }
    let span = format!("{} to {}", day(dates().min()), day(dates().max()));
    context.terminal.say(format!("{} of tconnectsync, {span}:", format_count(documents.len() as u64, "document")));
    for ((collection, event_type), count) in kinds {
        context.terminal.say(format!("  {collection}, {event_type}: {}", format_thousands(count)));
    }
}

fn agree(documents: &[ForeignDocument]) -> Result<()> {
    let refuse = |message: &str| {
        Failure::new(Exit::Usage, message).hint(
            "nothing was deleted; use --yes to delete without \
             asking",
        )
    };
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(refuse("cannot ask for confirmation without a terminal").into());
    }
    let question = format!("Delete {} from the site?", format_count(documents.len() as u64, "document"));
    if Terminal::ask_confirmation(&question, false)? { Ok(()) } else { Err(refuse("not confirmed").into()) }
}

async fn delete(site: &Nightscout, documents: &[ForeignDocument], context: &Context) -> Result<()> {
    let mut deleted = 0;
    for document in documents {
        match site.delete(document).await? {
            Outcome::Refused { reason } => context.terminal.note(format!("one document was not deleted: {reason}")),
            _ => deleted += 1,
        }
        if context.interrupt.is_set() {
            return Err(Failure::new(Exit::Interrupted, format!("stopped after {deleted} deletions")).into());
        }
    }
    context.terminal.say(format!("Deleted {}.", format_count(deleted, "document")));
    Ok(())
}
