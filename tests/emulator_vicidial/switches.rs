//! How a server can be set up otherwise: strictness, character sets, passwords, ceilings, pace, and requests side by side.

use std::time::{Duration, Instant};

use vicisync::emulator::http::Request;
use vicisync::emulator::vicidial::{Database, Options, Pace, Php, Server, World};

fn post(form: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/vicidial/non_agent_api.php".to_owned(),
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: format!("source=test&user=apiuser&pass=apipass&{form}&zz=1").into(),
        ..Request::default()
    }
}

fn ask(world: &mut World, form: &str) -> (u16, String) {
    let reply = world.answer(&post(form));
    (reply.status, String::from_utf8(reply.body).unwrap())
}

const ADD: &str = "function=add_lead&phone_number=7275550101&list_id=1001";

#[test]
fn a_strict_database_refuses_what_does_not_fit() {
    let mut world = World::new(&Options { is_strict: true, ..Options::default() });
    assert_eq!(ask(&mut world, ADD), (500, String::new()));
    let fits = format!("{ADD}&date_of_birth=1980-01-01");
    assert_eq!(ask(&mut world, &fits).0, 200);
    assert_eq!(ask(&mut world, &format!("{fits}&state=Florida")), (500, String::new()));
    assert_eq!(ask(&mut world, "function=update_lead&lead_id=1&status=TOOLONG"), (500, String::new()));
    assert_eq!(world.leads().len(), 1);
    let mut silent = World::new(&Options { is_strict: true, php: Php::Silent, ..Options::default() });
    assert!(ask(&mut silent, ADD).1.starts_with("ERROR: add_lead LEAD HAS NOT BEEN ADDED - 7275550101|1001|INSERT INTO"));
}

#[test]
fn the_database_decides_what_is_left_of_a_text() {
    let form = format!("{ADD}&first_name=Zo%C3%AB&comments=caf%C3%A9+%F0%9F%98%80");
    let kept = |use_non_latin, database| {
        let mut world = World::new(&Options { use_non_latin, database, ..Options::default() });
        ask(&mut world, &form);
        let answer = world.answer(&post("function=lead_field_info&lead_id=1&field_name=comments"));
        (world.leads()[0].first_name.clone(), world.leads()[0].comments.clone(), String::from_utf8(answer.body).unwrap())
    };
    let text = |first: &str, stored: &str, read: &str| (first.to_owned(), stored.to_owned(), read.to_owned());
    assert_eq!(kept(true, Database::Latin1), text("Zoë", "café ????", "café ????"));
    assert_eq!(kept(false, Database::Utf8mb4), text("Zo", "café ?", "café ?"));
    let doubled = kept(false, Database::Latin1);
    assert_eq!((doubled.0.as_str(), doubled.2.as_str()), ("Zo", "café 😀"));
    assert_ne!(doubled.1, "café 😀", "stored byte by byte");
}

#[test]
fn hashed_passwords_tell_capitals_apart() {
    for (has_hashed_passwords, is_in) in [(false, true), (true, false)] {
        let mut world = World::new(&Options { has_hashed_passwords, ..Options::default() });
        let mut request = post("function=list_info&list_id=1001");
        request.body = b"source=test&user=apiuser&pass=APIPASS&function=list_info&list_id=1001".to_vec().into();
        let body = String::from_utf8(world.answer(&request).body).unwrap();
        assert_eq!(!body.ends_with("|BAD|\n"), is_in, "{body}");
    }
}

#[test]
fn a_download_beyond_the_ceiling_is_an_empty_file() {
    let mut world = World::new(&Options { download_bytes_max: Some(1000), ..Options::default() });
    let download = Request {
        method: "GET".to_owned(),
        path: "/vicidial/list_download.php".to_owned(),
        query: "list_id=1001".to_owned(),
        headers: vec![("authorization".to_owned(), "Basic YXBpdXNlcjphcGlwYXNz".to_owned())],
        ..Request::default()
    };
    ask(&mut world, ADD);
    assert_eq!(world.answer(&download).status, 200);
    for number in 0..9 {
        ask(&mut world, &format!("function=add_lead&phone_number=727555011{number}&list_id=1001"));
    }
    let reply = world.answer(&download);
    assert_eq!((reply.status, reply.body.len()), (500, 0));
    assert_eq!(reply.headers[0].1, "application/octet-stream");
}

#[test]
fn errors_are_shown_before_and_in_place_of_an_answer() {
    let mut world = World::new(&Options { shows_errors: true, ..Options::default() });
    let (status, body) = ask(&mut world, ADD);
    assert!(status == 200 && body.starts_with("<br />\n<b>Warning</b>") && (80_000..100_000).contains(&body.len()), "{}", body.len());
    assert!(body.ends_with("SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|1|-5|apiuser\n"));
    let (status, body) = ask(&mut world, &format!("{ADD}&comments=end%5C"));
    assert!(status == 200 && body.contains("Uncaught mysqli_sql_exception") && !body.contains("SUCCESS"));
}

#[test]
fn the_archive_of_leads_is_there_or_not() {
    for (has_archive, status) in [(false, 500), (true, 200)] {
        let mut world = World::new(&Options { has_archive, ..Options::default() });
        assert_eq!(ask(&mut world, "function=lead_dearchive&lead_id=1").0, status);
    }
}

async fn add_at_once(server: &Server, count: usize) -> usize {
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/vicidial/non_agent_api.php", server.url());
    let sent = (0..count).map(|_| {
        let form = format!("source=test&user=apiuser&pass=apipass&{ADD}&duplicate_check=DUPLIST&zz=1");
        let request = client.post(&url).header("content-type", "application/x-www-form-urlencoded").body(form);
        tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() })
    });
    let mut added = 0;
    for sent in sent.collect::<Vec<_>>() {
        added += usize::from(sent.await.unwrap().starts_with("SUCCESS"));
    }
    added
}

#[tokio::test]
async fn adds_at_once_race_past_the_duplicate_check() {
    let pace = Some(Pace { workers: 8, service: Duration::from_millis(400) });
    let server = Server::start(Options { pace, races: Some(1), ..Options::default() }).await.unwrap();
    let added = add_at_once(&server, 20).await;
    assert!((2..=10).contains(&added), "{added} of 20");
    assert_eq!(server.leads().len(), added);
    // One after the other none gets past.
    server.pace(None);
    for _ in 0..20 {
        assert_eq!(add_at_once(&server, 1).await, 0);
    }
    let calm = Server::start(Options { pace, ..Options::default() }).await.unwrap();
    assert_eq!(add_at_once(&calm, 20).await, 1);
}

#[tokio::test]
async fn requests_wait_for_workers() {
    let pace = Some(Pace { workers: 2, service: Duration::from_millis(50) });
    let server = Server::start(Options { pace, ..Options::default() }).await.unwrap();
    let start = Instant::now();
    add_at_once(&server, 8).await;
    // Eight requests on two workers take four turns. How much longer depends on the machine.
    assert!(start.elapsed() >= Duration::from_millis(200));
}
