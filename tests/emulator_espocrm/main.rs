//! The EspoCRM emulator against what a real EspoCRM 8.4.2 answered, and what tests rely on beside that.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop at once, and shows its table")]

mod description;
mod people;
mod quirks;
mod replay;

/// An HTTP client. The library wants a TLS provider even for plain HTTP; another test may have set it already.
fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::new()
}
