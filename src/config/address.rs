//! Addresses of servers: whole, without a login, and without encryption only with a warning.

use url::{Host, Url};

use crate::diag::{Code, Item};

/// Reads an address; what comes out has no slash at its end.
pub(super) fn read(item: &Item<'_, '_>) -> Option<String> {
    let text = item.filled()?;
    let example = "write it as https://dialer.example.com";
    let url = match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        Ok(_) | Err(_) => {
            item.wrong(Code::BadUrl, format!("`{}` is not the address of a server", item.path()), example);
            return None;
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        // The text is not repeated: it may hold a password.
        item.wrong(Code::PlainSecret, format!("`{}` has a login in it", item.path()), "take user name and password out of the address");
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        item.wrong(Code::BadUrl, format!("`{}` goes on after a `?` or `#`", item.path()), example);
        return None;
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        item.wrong(Code::PlainHttp, format!("`{}` is reached without encryption", item.path()), "write https:// if the server can do it");
    }
    Some(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
