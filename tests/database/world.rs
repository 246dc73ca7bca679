//! A VICIdial with leads of real people's dirt, custom data, calls with transfers, a hopper and do-not-call lists.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use vicisync::emulator::people::people;
use vicisync::emulator::vicidial::{CallSpec, Options, Server, Transfer};
use vicisync::model::{FieldName, Intake, Lead, LeadField, LeadId, LeadRow, ListId, Phone, VendorLeadCode};
use vicisync::ports::Dialer;
use vicisync::vicidial::{NonLatin, Settings, Vicidial};

/// 2026-11-24 10:00:00 in New York.
pub(crate) const NOW: i64 = 1_795_532_400;
pub(crate) const LISTS: [ListId; 3] = [ListId(1001), ListId(1002), ListId(1003)];

pub(crate) fn client(server: &Server, non_latin: NonLatin) -> Vicidial {
    Vicidial::new(Settings {
        url: server.url(),
        user: "apiuser".into(),
        pass: "apipass".into(),
        source: "vicisync".into(),
        timeout: Duration::from_secs(60),
        zone: chrono_tz::America::New_York,
        use_non_latin: non_latin,
        campaigns: Vec::new(),
        groups: Vec::new(),
    })
    .unwrap()
}

pub(crate) fn code(number: usize) -> VendorLeadCode {
    VendorLeadCode::parse(&format!("V{number:019}")).unwrap()
}

pub(crate) fn field(name: &str) -> FieldName {
    name.parse().unwrap()
}

pub(crate) fn all_fields() -> BTreeSet<FieldName> {
    let standard = LeadField::ALL.iter().map(|&field| FieldName::Standard(field));
    standard.chain([field("custom.plan"), field("custom.crm_note")]).collect()
}

/// Texts that servers and files break on.
const DIRT: [&str; 10] = [
    "O'Brien; \"the\" #1",
    "Zoë Łukasz Żółć",
    "日本語 и кириллица",
    "Zoe\u{308} 😀 party",
    "50% off `tick` -- drop",
    "C:\\new\\t\\",
    "  two  spaces ",
    "!Now and !N then",
    "it's <b>bold</b> & co",
    "ERROR: fake|pipe\tTab",
];

/// Starts a server and fills it. Gives it with its client and the leads.
pub(crate) async fn start(options: Options) -> (Server, Vicidial, Vec<LeadId>) {
    let non_latin = if options.use_non_latin { NonLatin::On } else { NonLatin::Off };
    let server = Server::start(options).await.unwrap();
    server.with_world(|world| world.clock.hold(NOW));
    let dialer = client(&server, non_latin);
    let mut leads = Vec::new();
    for (n, person) in people(7, 60).iter().enumerate() {
        let text = |name: &str| person[name].as_str().unwrap_or_default().to_owned();
        let dirt = |at: usize| DIRT[(n + at) % DIRT.len()].to_owned();
        let fields = [
            ("source_id", dirt(0)),
            ("first_name", text("firstName")),
            ("last_name", if n % 3 == 0 { dirt(1) } else { text("lastName") }),
            ("address1", dirt(2)),
            ("city", text("addressCity")),
            ("postal_code", text("addressPostalCode")),
            ("comments", dirt(3)),
            ("email", text("emailAddress")),
            ("gender", ["M", "F", "", "x"][n % 4].to_owned()),
            ("date_of_birth", ["1980-12-10", "", "31/12/1990"][n % 3].to_owned()),
            ("rank", ["", "7", "99999"][n % 3].to_owned()),
        ];
        let lead = Lead {
            list_id: LISTS[n % 3],
            phone: Phone { code: "1".into(), number: format!("72755501{n:02}") },
            fields: fields.into_iter().map(|(name, text)| (field(name), text)).collect(),
        };
        // Two leads with one code: that happens.
        let id = dialer.add_lead(&code(if n == 59 { 3 } else { n }), &lead, Intake::default()).await.unwrap();
        if n % 2 == 0 {
            let values = BTreeMap::from([("plan".to_owned(), dirt(4)), ("crm_note".to_owned(), dirt(5))]);
            dialer.set_custom(id, &values).await.unwrap();
        }
        leads.push(id);
    }
    server.with_world(|world| {
        // What agents and other programs leave behind.
        world.agent_edit(leads[0].0, "comments", "one\ntwo\r\nthree!Nfour\rfive");
        world.agent_edit(leads[1].0, "source_id", "a\tb");
        world.agent_edit(leads[2].0, "source_id", "c\r\nd");
        world.agent_edit(leads[3].0, "address2", "line\nfeed");
        world.agent_edit(leads[4].0, "status", "");
        world.agent_edit(leads[5].0, "date_of_birth", "0000-00-00");
        world.agent_edit_custom(leads[6].0, "plan", "x\ny");
        world.agent_edit_custom(leads[8].0, "crm_note", "x\r\n\ty");
        calls(world, &leads);
        world.add_dnc("7275550111", None);
        world.add_dnc("312XXXXXXX", None);
        world.add_dnc("7275550112", Some("TESTCAMP"));
        world.fill_hopper(25);
    });
    (server, dialer, leads)
}

fn calls(world: &mut vicisync::emulator::vicidial::World, leads: &[LeadId]) {
    let hand_over = |agent: &str, status: &str| Transfer { agent: agent.into(), status: status.into(), seconds: 60 };
    for (n, lead) in leads.iter().take(24).enumerate() {
        let when = Some(NOW - 60 * 47 * i64::try_from(n + 1).unwrap());
        let spec = match n % 4 {
            0 => CallSpec::unanswered("NA"),
            1 => CallSpec::answered("6001", "SALE", 125),
            2 => CallSpec::answered("6002", "NI", 12),
            _ => CallSpec { transfers: vec![hand_over("6002", "NI"), hand_over("6003", "SALE")], ..CallSpec::answered("6001", "XFER", 40) },
        };
        world.call(lead.0, CallSpec { when, ..spec }).unwrap();
    }
    world.begin_call(leads[30].0, Some("6004"), Some(NOW - 5)).unwrap();
}

/// What two lanes show of leads, in one order. A row that the file of a list garbled is read again field by field, and then
/// shows no time of change.
pub(crate) fn alike(mut http: Vec<LeadRow>, mut sql: Vec<LeadRow>) -> (Vec<LeadRow>, Vec<LeadRow>) {
    http.sort_by_key(|row| row.lead_id);
    sql.sort_by_key(|row| row.lead_id);
    for (http, sql) in http.iter().zip(&mut sql) {
        if http.modified.is_none() {
            sql.modified = None;
        }
    }
    (http, sql)
}
