//! A lane whose database is not there: a fault, and no way around it.

use std::time::Duration;

use tokio::net::TcpListener;
use vicisync::emulator::vicidial::{Options, Server};
use vicisync::model::ListId;
use vicisync::ports::{Dialer, Effect, Reach};
use vicisync::vicidial::database::{Settings, Tls};
use vicisync::vicidial::{Database, NonLatin};

use super::world::client;

use crate::swept;

fn settings(port: u16) -> Settings {
    Settings {
        host: "127.0.0.1".into(),
        port,
        user: "reader".into(),
        pass: "hunter2".into(),
        database: "asterisk".into(),
        tls: Tls::Off,
        timeout: Duration::from_millis(300),
        zone: chrono_tz::America::New_York,
        non_latin: NonLatin::On,
    }
}

#[tokio::test]
async fn nothing_falls_back_to_http() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = client(&server, NonLatin::On).with_database(Database::new(settings(port)).unwrap());
    let fault = swept(dialer.sweep(ListId(1001))).await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Connection, "database_unreachable"));
    assert!(fault.help.is_some());
    assert!(dialer.time().await.is_err());
    assert_eq!(server.requests(), 0);
    assert_eq!(dialer.login().await.unwrap_err().code, "database_unreachable");
    let findings = dialer.probe(&[], &[]).await;
    assert!(findings.iter().any(|finding| !finding.ok && finding.what.contains("database at 127.0.0.1 cannot be reached")), "{findings:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lane = Database::new(settings(listener.local_addr().unwrap().port())).unwrap();
    let fault = lane.login().await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Connection, "database_timed_out"));
}

#[tokio::test]
async fn a_server_that_talks_something_else_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let lane = Database::new(settings(listener.local_addr().unwrap().port())).unwrap();
    let talk = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        drop(stream);
    };
    let (login, ()) = tokio::join!(lane.login(), talk);
    let fault = login.unwrap_err();
    assert_eq!(fault.reach, Reach::Connection, "{fault}");
}
