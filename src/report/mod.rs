//! A report's table as the files that a team already watches: CSV for spreadsheets, JSON lines for programs, metrics for Prometheus.
//!
//! Tables and texts in, texts out. It knows no VICIdial, no schedule and no file system: who asks stands in `vicidial`, what a run of
//! a report is in `engine`, how a file is put in its place in `setup`.

mod csv;
mod file_name;
mod jsonl;
pub mod metrics;

pub use csv::csv;
pub use file_name::{FileName, Placeholder, WrongName};
pub use jsonl::{jsonl, objects};
