//! The emulator through a socket: forms, Basic, counts, faults, and a restart with the same state.

use std::time::Duration;

use vicisync::emulator::fault::{Class, Fault, Script};
use vicisync::emulator::vicidial::{Options, Server};

fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let builder = reqwest::Client::builder().pool_max_idle_per_host(0);
    builder.timeout(Duration::from_secs(30)).build().unwrap()
}

async fn api(server: &Server, params: &[(&str, &str)]) -> Option<(u16, String)> {
    let mut form = vec![("source", "test"), ("user", "apiuser"), ("pass", "apipass")];
    form.extend_from_slice(params);
    form.push(("zz", "1"));
    let url = format!("{}/vicidial/non_agent_api.php", server.url());
    let response = client().post(url).form(&form).send().await.ok()?;
    Some((response.status().as_u16(), response.text().await.ok()?))
}

const ADD: &[(&str, &str)] =
    &[("function", "add_lead"), ("phone_number", "7275550101"), ("list_id", "1001"), ("first_name", "Zoë"), ("vendor_lead_code", "C-1")];

#[tokio::test]
async fn a_lead_goes_in_by_form_and_comes_out_by_download() {
    let server = Server::start(Options::default()).await.unwrap();
    let (status, body) = api(&server, ADD).await.unwrap();
    assert_eq!(status, 200);
    assert!(body.starts_with("SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|1|"), "{body}");
    let url = format!("{}/vicidial/list_download.php?list_id=1001", server.url());
    let response = client().get(&url).basic_auth("apiuser", Some("apipass")).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert!(response.text().await.unwrap().contains("\tZoë\t"));
    let refused = client().get(&url).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!((server.requests(), server.writes()), (3, 1));
    assert_eq!(server.leads()[0].first_name, "Zoë");
    server.stop().await;
}

#[tokio::test]
async fn faults_strike_before_or_after_the_write() {
    let server = Server::start(Options::default()).await.unwrap();
    server.script(
        Script::new()
            .nth(Class::Write, 1, Fault::Reset)
            .nth(Class::Write, 2, Fault::DropAfter)
            .function("add_lead", 3, Fault::Status(503, "busy".to_owned()))
            .nth(Class::Write, 4, Fault::LateCommit { ms: 5 }),
    );
    assert_eq!(api(&server, ADD).await, None);
    assert_eq!(server.leads().len(), 0);
    assert_eq!(api(&server, ADD).await, None);
    assert_eq!(server.leads().len(), 1);
    assert_eq!(api(&server, ADD).await, Some((503, "busy".to_owned())));
    assert_eq!(api(&server, ADD).await, None);
    server.stop().await;
    // A server that stops waits for its late commits.
    assert_eq!(server.leads().len(), 2);
    assert_eq!(server.writes(), 4);
}

#[tokio::test]
async fn a_server_starts_again_on_its_port_with_its_state() {
    let server = Server::start(Options::default()).await.unwrap();
    api(&server, ADD).await.unwrap();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    server.stop().await;
    assert_eq!(api(&server, ADD).await, None);
    let world = server.with_world(|world| world.clone());
    let again = Server::resume_on(port, world).await.unwrap();
    let search = [("function", "lead_search"), ("phone_number", "7275550101")];
    assert_eq!(api(&again, &search).await, Some((200, "7275550101|1|1\n".to_owned())));
    again.stop().await;
}

#[tokio::test]
async fn the_database_goes_down_and_comes_up() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with_world(|world| world.stop_database());
    assert_eq!(api(&server, ADD).await, Some((500, String::new())));
    server.with_world(|world| world.start_database());
    assert_eq!(api(&server, ADD).await.unwrap().0, 200);
    server.stop().await;
}
