//! VICIdial's room: recorded exchanges read, stored forms predicted, files read, and the dialer against the emulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod asks;
mod emulated;
mod files;
mod forms;
mod gate;
mod http;
mod intake;
mod leads;
mod lists;
mod load;
mod matching;
mod peer;
mod readback;
mod recorded;
mod replies;
mod reports;
mod roundtrip;
mod routes;
mod search;
mod shown;
mod survey;
mod tables;
mod together;
mod windows;
mod writing;

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
