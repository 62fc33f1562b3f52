//! Log lines on stderr. They hold ids and counts; the libraries see to it that they never hold readings or secrets.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::arguments::{GlobalArgs, LogFormat};
use crate::stderr::suspend_bar;

/// Starts logging. `TANDEM_LOG` takes filters such as `tandem_source=debug`.
pub(crate) fn start(arguments: &GlobalArgs) {
    let level = match (arguments.quiet, arguments.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "warn,tandem=info,pipeline=info,store_duckdb=info,tandem_source=info,tandem_sim=info",
        (false, 2) => "info,tandem=debug,pipeline=debug,store_duckdb=debug,tandem_source=debug,tandem_sim=debug",
        (false, _) => "trace",
    };
    let filter = EnvFilter::try_from_env("TANDEM_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr).with_target(false);
    let lines = lines.with_ansi(console::colors_enabled_stderr());
    match arguments.log_format {
        LogFormat::Json => lines.json().with_target(true).init(),
        LogFormat::Text if arguments.verbose == 0 => lines.without_time().compact().init(),
        LogFormat::Text => lines.compact().init(),
    }
}

/// Stderr, above a progress bar if there is one.
struct Stderr;

impl MakeWriter<'_> for Stderr {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        suspend_bar(|| io::stderr().write_all(line)).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
