//! The running server: what it starts with, and a test's handle on it.

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::attribute::{CustomField, Holds};
use super::hooks::Delivery;
use super::schema::Entity;
use super::world::World;
use crate::emulator::fault::Script;
use crate::emulator::http::Running;

/// The id of the one role there is. A user that has it may do everything but administer.
const ROLE_ID: &str = "6b0637c78f195d6c8";

/// What a server starts with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Users, as [`World::insert_user`] takes them.
    pub users: Vec<Value>,
    /// The custom fields.
    pub fields: Vec<CustomField>,
    /// The name of the role of the API user.
    pub role_name: String,
}

impl Default for Options {
    /// An API user `vicisync` with the key `rehearsal-key` and all rights, an administrator `admin` with the password
    /// `rehearsal-admin`, the agents `agent6001` to `agent6005`, and the custom fields of the rehearsal.
    fn default() -> Self {
        let mut users = vec![
            json!({"id": "00000000000000001", "userName": "admin", "lastName": "Admin", "type": "admin",
                "password": "rehearsal-admin", "isActive": true}),
            json!({"id": "00000000000000002", "userName": "vicisync", "lastName": "vicisync", "type": "api",
                "authMethod": "ApiKey", "apiKey": "rehearsal-key", "rolesIds": [ROLE_ID], "isActive": true}),
        ];
        for number in 6001..=6005 {
            users.push(json!({"id": format!("0000000000000{number}"), "userName": format!("agent{number}"),
                "firstName": "Agent", "lastName": number.to_string(), "type": "regular",
                "rolesIds": [ROLE_ID], "isActive": true}));
        }
        let contact = |name: &str, holds: Holds| CustomField::new(Entity::Contact, name, holds);
        Options {
            users,
            fields: vec![
                contact("cDialerStatus", Holds::Varchar(20)),
                contact("cDialerLeadId", Holds::Varchar(20)),
                contact("cLastCalledAt", Holds::Datetime),
                contact("cCallCount", Holds::Int),
                contact("cNote", Holds::Text),
                contact("cSegment", Holds::Varchar(40)),
                CustomField::new(Entity::Call, "cDialerKey", Holds::Varchar(100)),
            ],
            role_name: "Dialer Sync".to_owned(),
        }
    }
}

/// A running server. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Server {
    running: Running<World>,
}

impl Server {
    /// Starts on 127.0.0.1 at a free port.
    pub async fn start(options: Options) -> io::Result<Server> {
        Server::start_on(0, options).await
    }

    /// Starts on 127.0.0.1 at this port.
    pub async fn start_on(port: u16, options: Options) -> io::Result<Server> {
        let running = Running::start_on(port, World::new(options)).await?;
        Ok(Server { running })
    }

    /// The site's root, without a slash at the end; the API is under `/api/v1`.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// How many write requests arrived, the refused ones included.
    pub fn writes(&self) -> u64 {
        self.running.writes()
    }

    /// How many requests arrived.
    pub fn requests(&self) -> u64 {
        self.running.requests()
    }

    /// Starts both counts at nought again.
    pub fn reset_counts(&self) {
        self.running.reset_counts();
    }

    /// Puts a fault script in force. Requests are called `GET Contact`, `PUT Contact/ID`, `POST Call` and so on.
    pub fn script(&self, faults: Script) {
        self.running.script(faults);
    }

    /// Looks at or changes the state between requests.
    pub fn with_world<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        self.running.with(f)
    }

    /// The live contacts as one reads them singly, oldest id first.
    pub fn contacts(&self) -> Vec<Value> {
        self.with_world(|world| world.contacts())
    }

    /// The live calls as one reads them singly, oldest id first.
    pub fn calls(&self) -> Vec<Value> {
        self.with_world(|world| world.calls())
    }

    /// Stops listening and lets requests under way end.
    pub async fn stop(&self) {
        self.running.stop().await;
    }

    /// One run of the webhook queue: posts what waits and takes the receivers' answers. Gives how many were posted.
    pub async fn deliver_webhooks(&self) -> usize {
        let deliveries = self.with_world(World::take_deliveries);
        let count = deliveries.len();
        for delivery in deliveries {
            let status = post(&delivery).await.ok().flatten();
            self.with_world(|world| world.delivered(delivery, status));
        }
        count
    }
}

/// Posts one delivery over plain HTTP, with the headers of the real server, and reads the status.
async fn post(delivery: &Delivery) -> io::Result<Option<u16>> {
    let url = url::Url::parse(&delivery.url).map_err(io::Error::other)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let mut stream = TcpStream::connect((host.as_str(), port)).await?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let head = format!(
        "POST {}{query} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nX-Signature: {}\r\nConnection: close\r\n\r\n",
        url.path(),
        delivery.body.len(),
        delivery.signature,
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(delivery.body.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let line = String::from_utf8_lossy(&answer);
    Ok(line.split(' ').nth(1).and_then(|status| status.parse().ok()))
}
