//! What the pipeline promises without any store: the clock model, archives, days.

mod archives;
mod clock_model;
