//! The command as a person has it: the real binary, real files, its words and exit codes.

mod assistant;
mod bad_input;
mod by_hand;
mod cases;
mod cohort;
mod damage;
mod disguise;
mod drift;
mod errors;
mod exits;
mod exports;
mod first_minute;
mod golden;
#[cfg(unix)]
mod kills;
mod lake;
mod lives;
mod metrics;
mod people;
mod person;
mod predecessor;
#[cfg(unix)]
mod private;
mod pumps;
mod pushes;
mod queries;
mod regions;
mod screens;
mod service;
mod shipped;
mod site;
mod support;
mod surfaces;
mod trouble;
