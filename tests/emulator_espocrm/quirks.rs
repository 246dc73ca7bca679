//! What tests rely on beside the recorded scenarios: the way in from behind, faults and counts, rights, webhooks.

use serde_json::{Value, json};
use vicisync::emulator::espocrm::{Entity, Options, Server, World};
use vicisync::emulator::fault::{Class, Fault, Script};
use vicisync::emulator::http::{Kind, Reply, Request, Running, Site};
use vicisync::emulator::people::people;

struct Desk {
    server: Server,
    client: reqwest::Client,
}

async fn desk() -> Desk {
    let server = Server::start(Options::default()).await.unwrap();
    Desk { server, client: crate::client() }
}

impl Desk {
    async fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/api/v1/{path}", self.server.url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url).header("X-Api-Key", "rehearsal-key");
        if !body.is_null() {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn list(&self, entity: &str, params: Value, is_counted: bool) -> Value {
        let mut url = url::Url::parse(&format!("{}/api/v1/{entity}", self.server.url())).unwrap();
        url.query_pairs_mut().append_pair("searchParams", &params.to_string());
        let no_total = if is_counted { "false" } else { "true" };
        let request = self.client.get(url).header("X-Api-Key", "rehearsal-key").header("X-No-Total", no_total);
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_keyset_walk_reads_every_contact_once() {
    let desk = desk().await;
    desk.server.with_world(|world| {
        world.clock.fix("2026-11-25 12:00:00");
        for (n, person) in people(3, 1000).into_iter().enumerate() {
            world.insert_contact(person);
            if n % 300 == 0 {
                world.clock.advance(1);
            }
        }
    });
    let mut seen = Vec::new();
    let mut last = (String::from("2000-01-01 00:00:00"), String::new());
    for page in 0.. {
        assert!(page < 10, "the walk ends");
        let later = json!({"type": "or", "value": [
            {"type": "greaterThan", "attribute": "modifiedAt", "value": last.0},
            {"type": "greaterThan", "attribute": "id", "value": last.1}]});
        let from = json!({"type": "greaterThanOrEquals", "attribute": "modifiedAt", "value": last.0});
        let params = json!({"select": ["id", "modifiedAt"], "maxSize": 200, "orderBy": "modifiedAt",
            "order": "asc", "where": [from, later]});
        let answer = desk.list("Contact", params, false).await;
        for row in answer["list"].as_array().unwrap() {
            last = (row["modifiedAt"].as_str().unwrap().to_owned(), row["id"].as_str().unwrap().to_owned());
            seen.push(last.1.clone());
        }
        if answer["total"] == -2 {
            break;
        }
        assert_eq!(answer["total"], -1);
    }
    assert_eq!(seen.len(), 1000);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1000);
    desk.server.stop().await;
}

#[tokio::test]
async fn records_put_in_from_behind_are_as_given() {
    let desk = desk().await;
    let id = desk.server.with_world(|world| {
        world.insert_contact(json!({"lastName": "Testerman", "phoneNumber": "call after six",
            "cSegment": "north", "addressStreet": "s".repeat(300)}))
    });
    let (status, shown) = desk.send("GET", &format!("Contact/{id}"), Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(shown["phoneNumber"], "call after six");
    assert_eq!(shown["addressStreet"].as_str().unwrap().len(), 300);
    assert_eq!(shown["cSegment"], "north");
    assert_eq!(desk.server.contacts(), vec![shown]);
}

#[tokio::test]
async fn what_users_of_the_screens_do_shows_in_the_api() {
    let desk = desk().await;
    let (a, b) = desk.server.with_world(|world| {
        world.clock.fix("2026-11-25 12:00:00");
        let person = |last: &str| json!({"lastName": last, "phoneNumber": "+12065550141"});
        (world.insert_contact(person("A")), world.insert_contact(person("B")))
    });
    desk.server.with_world(|world| {
        world.clock.advance(5);
        assert!(world.set_opt_out("+12065550141"));
        assert!(world.edit_contact(&a, json!({"cSegment": "west"})));
        assert!(!world.edit_contact("nobody", json!({})));
    });
    let (_, shown) = desk.send("GET", &format!("Contact/{a}"), Value::Null).await;
    assert_eq!(shown["modifiedAt"], "2026-11-25 12:00:05");
    assert_eq!(shown["modifiedByName"], "Admin");
    let (_, shown) = desk.send("GET", &format!("Contact/{b}"), Value::Null).await;
    assert_eq!(shown["phoneNumberIsOptedOut"], true);
    assert_eq!(shown["modifiedAt"], "2026-11-25 12:00:00", "an opt-out moves nobody's time");
    desk.server.with_world(|world| {
        world.clock.advance(5);
        assert!(world.delete_contact(&a));
    });
    assert_eq!(desk.send("GET", &format!("Contact/{a}"), Value::Null).await.0, 404);
    desk.server.with_world(|world| {
        world.clock.advance(5);
        assert!(world.restore(&a));
        assert!(!world.restore(&a));
    });
    let (_, shown) = desk.send("GET", &format!("Contact/{a}"), Value::Null).await;
    assert_eq!(shown["modifiedAt"], "2026-11-25 12:00:10", "the deletion's time stays");
    assert!(desk.server.with_world(|world| world.merge(&a, &[&b])));
    assert_eq!(desk.server.contacts().len(), 1);
}

#[tokio::test]
async fn calls_can_be_made_for_an_agent_and_found_by_their_key() {
    let desk = desk().await;
    let contact = desk.server.with_world(|world| world.insert_contact(json!({"lastName": "Testerman"})));
    let users = json!({"select": ["id", "userName"], "where": [
        {"type": "equals", "attribute": "userName", "value": "agent6003"}]});
    let users = desk.list("User", users, true).await;
    assert_eq!(users["total"], 1);
    let call = json!({"name": "Dialer call", "status": "Held", "direction": "Outbound", "cDialerKey": "k1",
        "dateStart": "2026-11-25T01:00:00Z", "dateEnd": "2026-11-25 01:03:20", "parentType": "Contact",
        "parentId": contact, "contactsIds": [contact], "assignedUserId": users["list"][0]["id"]});
    let (status, made) = desk.send("POST", "Call", call.clone()).await;
    assert_eq!((status, &made["dateStart"]), (200, &json!("2026-11-25 01:00:00")));
    let path = format!("Contact/{contact}/calls?where[0][type]=equals&where[0][attribute]=cDialerKey&where[0][value]=k1");
    let (_, found) = desk.send("GET", &path, Value::Null).await;
    assert_eq!((&found["total"], &found["list"][0]["id"]), (&json!(1), &made["id"]));
    assert_eq!(desk.server.calls()[0]["duration"], 200);
    // Without the right to see users, nobody can be assigned.
    desk.server.with_world(|world| world.deny(Entity::User, "read"));
    let (status, refused) = desk.send("POST", "Call", call).await;
    assert_eq!(status, 403);
    assert_eq!(refused["messageTranslation"]["label"], "cannotRelateForbidden");
}

#[tokio::test]
async fn requests_are_counted_and_meet_their_faults() {
    let desk = desk().await;
    let (_, made) = desk.send("POST", "Contact", json!({"lastName": "Testerman"})).await;
    let path = format!("Contact/{}", made["id"].as_str().unwrap());
    desk.server.reset_counts();
    desk.server.script(
        Script::new().function("PUT Contact/ID", 1, Fault::Status(503, "busy".to_owned())).function("GET Contact", 1, Fault::Html).nth(
            Class::Write,
            2,
            Fault::DropAfter,
        ),
    );
    let change = json!({"cDialerStatus": "SALE"});
    assert_eq!(desk.send("PUT", &path, change.clone()).await.0, 503);
    assert!(desk.send("GET", "Contact", Value::Null).await.1.as_str().unwrap().starts_with("<html>"));
    let url = format!("{}/api/v1/{path}", desk.server.url());
    let request = desk.client.put(url).header("X-Api-Key", "rehearsal-key");
    let request = request.header("Content-Type", "application/json").body(change.to_string());
    assert!(request.send().await.is_err(), "no answer comes");
    assert_eq!(desk.server.contacts()[0]["cDialerStatus"], "SALE", "but it was done");
    assert_eq!((desk.server.requests(), desk.server.writes()), (3, 2));
}

#[tokio::test]
async fn a_changed_key_is_refused_and_locks_the_address_out() {
    let desk = desk().await;
    desk.server.with_world(|world| {
        world.clock.fix("2026-11-25 12:00:00");
        world.change_api_key("rehearsal-key", "another-key");
    });
    for _ in 0..11 {
        assert_eq!(desk.send("GET", "Contact", Value::Null).await.0, 401);
    }
    assert_eq!(desk.send("GET", "Contact", Value::Null).await.0, 403);
    desk.server.with_world(|world| {
        world.change_api_key("another-key", "rehearsal-key");
        world.clock.advance(59);
    });
    assert_eq!(desk.send("GET", "Contact", Value::Null).await.0, 403, "locked also with the right key");
    desk.server.with_world(|world| world.clock.advance(1));
    assert_eq!(desk.send("GET", "Contact", Value::Null).await.0, 200);
}

/// A receiver of webhooks that keeps what it gets.
#[derive(Default)]
struct Receiver {
    status: u16,
    bodies: Vec<Value>,
}

impl Site for Receiver {
    fn kind(&self, request: &Request) -> Kind {
        Kind { function: request.path.clone(), is_write: true }
    }

    fn answer(&mut self, request: &Request) -> Reply {
        self.bodies.push(serde_json::from_slice(&request.body).unwrap());
        Reply::new(self.status, "text/plain", "")
    }
}

#[tokio::test]
async fn webhooks_are_posted_again_later_if_refused_and_end_with_410() {
    let desk = desk().await;
    let receiver = Running::start_on(0, Receiver { status: 500, ..Receiver::default() }).await.unwrap();
    desk.server.with_world(|world| world.clock.fix("2026-11-25 12:00:00"));
    let hook = json!({"event": "Contact.delete", "url": format!("{}/hook", receiver.url())});
    assert_eq!(desk.send("POST", "Webhook", hook).await.0, 201);
    let delete = |world: &mut World| {
        let id = world.insert_contact(json!({"lastName": "Gone"}));
        assert!(world.delete_contact(&id));
        id
    };
    let first = desk.server.with_world(delete);
    assert_eq!(desk.server.deliver_webhooks().await, 1);
    assert_eq!(desk.server.deliver_webhooks().await, 0, "it waits");
    receiver.with(|receiver| receiver.status = 410);
    desk.server.with_world(|world| world.clock.advance(600));
    assert_eq!(desk.server.deliver_webhooks().await, 1);
    desk.server.with_world(delete);
    assert_eq!(desk.server.deliver_webhooks().await, 0, "the hook is gone");
    let bodies = receiver.with(|receiver| receiver.bodies.clone());
    assert_eq!(bodies, vec![json!([{"id": first}]), json!([{"id": first}])]);
    receiver.stop().await;
    desk.server.stop().await;
}
