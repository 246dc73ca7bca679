//! VICIdial's database as a lane for reading: the same answers as the HTTP routes give on the same data.
//!
//! An emulated VICIdial makes the data and answers over HTTP; its tables are copied into a real MariaDB, which answers over
//! SQL. Most of it needs a MariaDB that may be filled and emptied, named by `VICISYNC_TEST_MARIADB_URL`; `.ci/mariadb` starts
//! one. Without it those tests say that they are skipped.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod alone;
mod columns;
mod differences;
mod life;
mod live;
mod mirrored;
mod routes;
mod same;
mod server;
mod settings;
mod tables;
mod world;

/// All pages of a sweep.
async fn swept(
    pages: impl futures_util::Stream<Item = Result<Vec<vicisync::model::LeadRow>, vicisync::ports::Fault>>,
) -> Result<Vec<vicisync::model::LeadRow>, vicisync::ports::Fault> {
    futures_util::TryStreamExt::try_concat(pages).await
}

/// Codes to look for, without phones.
fn sought(codes: &[vicisync::model::VendorLeadCode]) -> Vec<vicisync::ports::Sought> {
    codes.iter().cloned().map(Into::into).collect()
}
