//! A VICIdial web tier with its tables in memory: the API file and the export pages, quirks included.
//!
//! Every answer is made by a plain function of the state and the request, so an odd answer can be reproduced without a
//! socket. The proof that the answers are the real ones is a replay of recorded scenarios, answer by answer and row by
//! row. Knows nothing of who asks.

mod add_lead;
mod agents;
mod alt_url;
mod api;
mod batch;
mod call_export;
mod call_read;
mod callback;
mod callbacks_export;
mod clock;
mod closed;
mod column;
mod custom;
mod dialer;
mod dnc;
mod duplicates;
mod export;
mod fields;
mod floor;
mod floor_read;
mod hopper;
mod hopper_run;
mod lead_export;
mod lead_read;
mod lead_search;
mod list_add;
mod list_download;
mod list_fields;
mod list_update;
mod list_values;
mod lists;
mod login;
mod logs;
mod pages;
mod params;
mod places;
mod race;
mod replay;
mod screen;
mod seed;
mod stats;
mod status_search;
mod system;
mod table;
mod text;
mod update_lead;
mod upsert;
mod world;

use std::io;
use std::time::Duration;

use chrono_tz::Tz;

pub use self::clock::Clock;
pub use self::dialer::{CallSpec, Called, Transfer};
pub use self::hopper_run::HopperRun;
pub use self::table::Now;
pub use self::world::{Database, Lead, Php, World};
use super::fault::Script;
pub use super::http::Pace;
use super::http::{Kind, Reply, Request, Running, Site};

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// How PHP takes a failing statement.
    pub php: Php,
    /// Whether custom fields are switched on.
    pub has_custom_fields: bool,
    /// The system setting `use_non_latin`.
    pub use_non_latin: bool,
    /// The name of the API user, who has all rights.
    pub user: String,
    /// His password.
    pub password: String,
    /// The zone of the web side and of the database.
    pub zone: Tz,
    /// Whether the database refuses values that do not fit (`STRICT_TRANS_TABLES`), where others cut them.
    pub is_strict: bool,
    /// The character set of the database server, which texts pass through while `use_non_latin` is off.
    pub database: Database,
    /// The system setting `pass_hash_enabled`: passwords tell capitals from small letters, and each login takes a while.
    pub has_hashed_passwords: bool,
    /// The largest download in bytes, as the memory limit of PHP allows it; `None` for no limit.
    pub download_bytes_max: Option<usize>,
    /// Whether PHP prints its warnings and errors into the answers (`display_errors`).
    pub shows_errors: bool,
    /// Whether the archive of leads exists; the archiving script makes it.
    pub has_archive: bool,
    /// How many requests are at work at once, and how long each takes; `None` for as fast as it goes.
    pub pace: Option<Pace>,
    /// Makes requests side by side miss each other's leads in duplicate checks and searches before an insert, as often as
    /// this seed says; `None` for never.
    pub races: Option<u64>,
    /// A description of the tables in place of the stock one, in the form of the recorded scenarios.
    pub description: Option<serde_json::Value>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            php: Php::Exceptions,
            has_custom_fields: true,
            use_non_latin: true,
            user: "apiuser".to_owned(),
            password: "apipass".to_owned(),
            zone: chrono_tz::America::New_York,
            is_strict: false,
            database: Database::Latin1,
            has_hashed_passwords: false,
            download_bytes_max: None,
            shows_errors: false,
            has_archive: false,
            pace: None,
            races: None,
            description: None,
        }
    }
}

impl World {
    /// The state of a fresh server.
    pub fn new(options: &Options) -> Self {
        let clock = Clock::real(options.zone);
        let described = options.description.clone().unwrap_or_else(seed::stock);
        let tables = seed::tables(&described, &clock.now());
        let mut world = World {
            clock,
            php: options.php,
            is_database_up: true,
            racing: 0,
            is_strict: options.is_strict,
            database: options.database,
            download_bytes_max: options.download_bytes_max,
            shows_errors: options.shows_errors,
            races: options.races.map(race::Races::new),
            screens: std::collections::BTreeMap::new(),
            tables,
            call_ids: dialer::CallIds::default(),
        };
        if options.has_archive {
            let archive = world.table("vicidial_list").like();
            world.tables.insert("vicidial_list_archive".to_owned(), archive);
        }
        if options.description.is_none() {
            world.set_setting("use_non_latin", if options.use_non_latin { "1" } else { "0" });
            world.set_setting("pass_hash_enabled", if options.has_hashed_passwords { "1" } else { "0" });
            world.set_setting("custom_fields_enabled", if options.has_custom_fields { "1" } else { "0" });
            world.set_user("apiuser", &[("user", &options.user), ("pass", &options.password)]);
        }
        world
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Reply {
        if !self.is_database_up {
            return match self.php {
                Php::Exceptions => Reply::new(500, pages::HTML, ""),
                Php::Silent => Reply::new(200, pages::HTML, "MySQL connect ERROR:  Connection refused"),
            };
        }
        self.arrives(request);
        if request.path == api::PATH {
            return api::answer(self, request);
        }
        let answer = pages::answer(self, request);
        answer.unwrap_or_else(|| Reply::new(404, "text/html", "<html><head><title>404 Not Found</title></head></html>\n"))
    }

    /// The function that a request calls, or the page it asks for.
    pub fn function_of(&self, request: &Request) -> String {
        if request.path == api::PATH {
            let params = params::Params::read(request, self.charset());
            return params.clean("function", text::Keep::Code);
        }
        request.path.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

impl Site for World {
    fn kind(&self, request: &Request) -> Kind {
        let function = self.function_of(request);
        let is_write = api::WRITES.contains(&function.as_str());
        Kind { function, is_write }
    }

    fn answer(&mut self, request: &Request) -> Reply {
        World::answer(self, request)
    }

    fn arrive(&self) -> Option<u64> {
        self.races.is_some().then(|| self.leads_ever())
    }

    fn logs_in(&self, request: &Request) -> bool {
        self.function_of(request) != "version"
    }
}

/// What a login costs with hashed passwords: a process of its own, two at a time.
const HASHING: Pace = Pace { workers: 2, service: Duration::from_millis(27) };

/// A running server. A clone is another handle on the same server.
#[derive(Clone)]
pub struct Server(Running<World>);

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    pub async fn start(options: Options) -> io::Result<Server> {
        Server::start_on(0, options).await
    }

    /// Starts a server on a port of 127.0.0.1.
    pub async fn start_on(port: u16, options: Options) -> io::Result<Server> {
        let running = Running::start_on(port, World::new(&options)).await?;
        running.pace(options.pace, options.has_hashed_passwords.then_some(HASHING));
        Ok(Server(running))
    }

    /// Starts a server on a port of 127.0.0.1 with a state that another one left.
    pub async fn resume_on(port: u16, world: World) -> io::Result<Server> {
        Ok(Server(Running::start_on(port, world).await?))
    }

    /// The address of the server's root, without a slash at the end.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// How many requests that change something arrived, the refused ones included.
    pub fn writes(&self) -> u64 {
        self.0.writes()
    }

    /// How many requests arrived.
    pub fn requests(&self) -> u64 {
        self.0.requests()
    }

    /// Starts both counts at nought again.
    pub fn reset_counts(&self) {
        self.0.reset_counts();
    }

    /// All leads.
    pub fn leads(&self) -> Vec<Lead> {
        self.with_world(|world| world.leads())
    }

    /// Looks at or changes the state between requests.
    pub fn with_world<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        self.0.with(f)
    }

    /// Puts a fault script in force; its counting starts now. Functions of the API go by their names, pages by theirs.
    pub fn script(&self, faults: Script) {
        self.0.script(faults);
    }

    /// Makes requests wait for workers from now on; `None` lets them go as fast as they can.
    pub fn pace(&self, pace: Option<Pace>) {
        self.0.pace(pace, None);
    }

    /// Stops the server. Its state stays and can be looked at.
    pub async fn stop(&self) {
        self.0.stop().await;
    }
}
