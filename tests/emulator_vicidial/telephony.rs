//! The telephony side: what calls leave in the tables and in the exports, and that simulated agents are repeatable.

use vicisync::emulator::http::Request;
use vicisync::emulator::vicidial::{CallSpec, Options, Transfer, World};

const SECOND_OF_A_DAY: i64 = 1_795_532_400;

fn world() -> World {
    let mut world = World::new(&Options::default());
    world.clock.hold(SECOND_OF_A_DAY);
    world
}

fn api(world: &mut World, params: &str) -> String {
    let reply = world.answer(&Request {
        method: "GET".to_owned(),
        path: "/vicidial/non_agent_api.php".to_owned(),
        query: format!("source=test&user=apiuser&pass=apipass&{params}"),
        ..Request::default()
    });
    String::from_utf8(reply.body).unwrap()
}

fn export(world: &mut World, page: &str, params: &str) -> String {
    let reply = world.answer(&Request {
        method: "GET".to_owned(),
        path: format!("/vicidial/{page}"),
        query: params.to_owned(),
        headers: vec![("authorization".to_owned(), "Basic YXBpdXNlcjphcGlwYXNz".to_owned())],
        ..Request::default()
    });
    String::from_utf8(reply.body).unwrap()
}

fn calls(world: &mut World) -> Vec<Vec<String>> {
    let params = "run_export=1&query_date=2026-11-24&end_date=2026-11-24&header_row=YES&campaign[]=--ALL--&group[]=--ALL--\
                  &user_group[]=--ALL--&list_id[]=--ALL--&status[]=--ALL--&rec_fields=NONE&custom_fields=NO&call_notes=NO\
                  &export_fields=EXTENDED";
    let text = export(world, "call_report_export.php", params);
    let rows = text.split("\r\n").filter(|line| !line.is_empty());
    rows.map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let place = rows[0].iter().position(|cell| cell == name).unwrap();
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

fn add(world: &mut World, number: u32, list: u32) -> u64 {
    let answer = api(world, &format!("function=add_lead&phone_number=72755501{number:02}&list_id={list}&vendor_lead_code=C-{number}&zz=1"));
    let ok = answer.split('|').nth(2).map(|id| id.parse().unwrap());
    ok.unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn the_stock_server_has_a_campaign_three_lists_and_their_custom_fields() {
    let mut world = world();
    let lists = api(&mut world, "function=list_custom_fields&list_id=---ALL---");
    for list in ["1001|North", "1002|South", "1003|West"] {
        let line = lists.lines().find(|line| line.starts_with(list)).unwrap();
        assert!(line.contains("|TESTCAMP|Y|") && line.ends_with("|crm_note plan"), "{line}");
    }
    assert!(api(&mut world, "function=campaigns_list").starts_with("TESTCAMP|Test campaign|Y|"));
    assert_eq!(api(&mut world, "function=user_details&agent_user=6003"), "6003|Cleo Agent|AGENTS|1|Y\n");
    assert!(api(&mut world, "function=add_lead&phone_number=4155550101&list_id=1002").ends_with("|1002|1|-8|apiuser\n"));
}

#[test]
fn a_call_with_transfers_comes_out_as_one_row_for_each_leg() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    let mut spec = CallSpec::answered("6001", "XFER", 40);
    for (agent, status) in [("6002", "NI"), ("6003", "SALE")] {
        spec.transfers.push(Transfer { agent: agent.to_owned(), status: status.to_owned(), seconds: 60 });
    }
    let called = world.call(lead, spec).unwrap();
    assert_eq!(called.lead_status, "SALE");
    let rows = calls(&mut world);
    assert_eq!(column(&rows, "status"), ["XFER", "NI", "SALE"]);
    assert_eq!(column(&rows, "user"), ["6001", "6002", "6003"]);
    assert_eq!(column(&rows, "campaign_id"), ["TESTCAMP", "AGENTDIRECT", "AGENTDIRECT"]);
    assert_eq!(column(&rows, "uniqueid"), vec![called.uniqueid; 3]);
    let row = world.lead(lead).unwrap();
    assert_eq!((row.status.as_str(), row.user.as_str(), row.called_count), ("SALE", "6003", 1));
    assert_eq!(row.last_local_call_time, "2026-11-24 10:00:00");
}

#[test]
fn an_agent_with_two_log_rows_for_a_call_doubles_his_legs() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    let mut spec = CallSpec::answered("6001", "XFER", 40);
    for (agent, status) in [("6002", "NI"), ("6001", "SALE")] {
        spec.transfers.push(Transfer { agent: agent.to_owned(), status: status.to_owned(), seconds: 60 });
    }
    world.call(lead, spec).unwrap();
    // The longer formats join the agent log, so his outbound leg comes twice as well.
    assert_eq!(column(&calls(&mut world), "status"), ["XFER", "XFER", "NI", "SALE", "SALE"]);
}

#[test]
fn a_call_in_progress_is_seen_and_then_disposed_of() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    let uniqueid = world.begin_call(lead, Some("6001"), None).unwrap();
    assert_eq!(column(&calls(&mut world), "status"), ["INCALL"]);
    assert_eq!(world.lead(lead).unwrap().status, "INCALL");
    world.clock.advance(60);
    world.end_call(&uniqueid, CallSpec::answered("6001", "CALLBK", 60)).unwrap();
    assert_eq!(column(&calls(&mut world), "status"), ["CALLBK"]);
    let row = world.lead(lead).unwrap();
    assert_eq!((row.status.as_str(), row.modify_date.as_str()), ("CBHOLD", "2026-11-24 10:01:00"));
}

#[test]
fn simulated_agents_are_repeatable_and_dial_only_what_is_dialable() {
    let run = |seed: u64| {
        let mut world = world();
        for number in 0..60 {
            add(&mut world, number, 1001 + number % 3);
        }
        world.add_dnc("7275550107", None);
        api(&mut world, "function=update_list&list_id=1003&active=N");
        let made = world.simulate_agents(seed, 1000);
        (made, world)
    };
    let (made, mut world) = run(7);
    let (again, _) = run(7);
    let (other, _) = run(8);
    assert_eq!(made, again);
    assert_ne!(made, other);
    // Forty leads are in active lists, and one of them (number 7 is in list 1002) must not be called.
    assert_eq!(made.len(), 39);
    for lead in world.leads() {
        let was_called = made.iter().any(|called| called.lead_id == lead.lead_id);
        assert_eq!(was_called, lead.called_count == 1, "lead {}", lead.lead_id);
        assert!(!was_called || (lead.list_id != 1003 && lead.phone_number != "7275550107"));
    }
    assert!(made.iter().any(|called| called.statuses.len() > 1), "no transfer in the mix");
    let wanted = made.iter().filter(|called| called.lead_status == "CBHOLD").count();
    assert_eq!(world.rows("vicidial_callbacks").len(), wanted);
    assert!(world.simulate_agents(9, 10).is_empty(), "called leads wait for a reset");
    world.reset_list(1001);
    assert!(!world.dialable().is_empty());
    assert!(calls(&mut world).len() > made.len());
}

#[test]
fn the_screen_edits_a_lead_and_its_custom_row_but_only_one_touches_the_other() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    let answer = api(&mut world, &format!("function=update_lead&lead_id={lead}&custom_fields=Y&plan=gold&zz=1"));
    assert!(answer.starts_with("NOTICE: update_lead CUSTOM FIELDS VALUES UPDATED"), "{answer}");
    world.clock.advance(60);
    assert!(world.agent_edit_custom(lead, "plan", "silver"));
    let row = world.lead(lead).unwrap();
    assert_eq!((row.custom["plan"].as_str(), row.modify_date.as_str()), ("silver", "2026-11-24 10:00:00"));
    assert!(world.agent_edit(lead, "city", "Tampa"));
    assert_eq!(world.lead(lead).unwrap().modify_date, "2026-11-24 10:01:00");
}

#[test]
fn the_download_has_spare_columns_by_the_number_of_custom_fields() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    add(&mut world, 2, 1001);
    api(&mut world, &format!("function=update_lead&lead_id={lead}&custom_fields=Y&plan=gold&zz=1"));
    let text = export(&mut world, "list_download.php", "list_id=1001");
    let rows: Vec<usize> = text.split_terminator("\r\n").map(|row| row.split('\t').count()).collect();
    // 35 columns, two custom ones, and two spare ones more than custom ones; the row without data ends early.
    assert_eq!(rows, [35 + 2 + 4, 35 + 2 + 2, 35]);
    assert!(text.contains("\tcrm_note\tplan\tcustom1\tcustom2\tcustom3\tcustom4\r\n"));
    world.add_custom_field(1001, "tier", "TEXT", 10);
    let text = export(&mut world, "list_download.php", "list_id=1001");
    assert!(text.contains("\tplan\ttier\tcustom1\tcustom2\tcustom3\tcustom4\tcustom5\r\n"));
}

#[test]
fn the_hopper_takes_dialable_leads_and_a_call_takes_them_out() {
    let mut world = world();
    let first = add(&mut world, 1, 1001);
    add(&mut world, 2, 1001);
    assert_eq!(world.fill_hopper(1), 1);
    assert_eq!(world.fill_hopper(5), 1);
    assert_eq!(api(&mut world, "function=hopper_list&campaign_id=TESTCAMP").lines().count(), 2);
    world.call(first, CallSpec::unanswered("NA")).unwrap();
    assert_eq!(api(&mut world, "function=hopper_list&campaign_id=TESTCAMP").lines().count(), 1);
    world.log_in_agent("6001", "TESTCAMP");
    assert!(api(&mut world, "function=logged_in_agents").starts_with("6001|TESTCAMP|8600051|READY|0||0|Ann Agent|"));
}

#[test]
fn the_hopper_marks_what_must_not_be_called_and_takes_callbacks_whatever_the_status() {
    let mut world = world();
    let leads: Vec<u64> = (1..=5).map(|number| add(&mut world, number, 1001)).collect();
    world.add_dnc("7275550101", None);
    world.add_dnc("7275550102", Some("TESTCAMP"));
    world.add_dnc("415XXXXXXX", None);
    api(&mut world, &format!("function=update_lead&lead_id={}&status=NI&zz=1", leads[2]));
    let callback = "callback=Y&campaign_id=TESTCAMP&callback_datetime=NOW&callback_status=CALLBK";
    api(&mut world, &format!("function=update_lead&lead_id={}&{callback}&callback_type=ANYONE&zz=1", leads[2]));
    api(&mut world, &format!("function=update_lead&lead_id={}&{callback}&callback_type=USERONLY&callback_user=6001&zz=1", leads[3]));
    let run = world.run_hopper(10);
    assert_eq!((run.woken, run.put, run.marked), (2, 3, 2));
    let status = |lead: u64| world.lead(lead).unwrap().status;
    assert_eq!([status(leads[0]), status(leads[1]), status(leads[2])], ["DNCL", "DNCC", "CALLBK"]);
    assert_eq!(world.hopper()[0], leads[2], "a callback comes first");
    let statuses: Vec<_> = world.rows("vicidial_callbacks").into_iter().map(|row| row["status"].clone().unwrap()).collect();
    assert_eq!(statuses, ["LIVE", "LIVE"]);
    assert!(world.queue_lead(leads[2]));
    assert_eq!(world.lead(leads[2]).unwrap().status, "QUEUE");
    api(&mut world, "function=update_list&list_id=1001&active=N");
    world.run_hopper(10);
    assert!(world.hopper().is_empty(), "the list is not active any more");
}

#[test]
fn wildcards_count_where_the_campaign_says_so_and_another_campaigns_list_can_be_used() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    let set = |world: &mut World, column: &str, value: &str| {
        let step = serde_json::json!({"update": "vicidial_campaigns", "where": {"campaign_id": "TESTCAMP"}, "set": {column: value}});
        world.database(&step).unwrap();
    };
    world.add_dnc("727XXXXXXX", None);
    assert_eq!(world.dialable(), [lead], "Y knows whole numbers only");
    set(&mut world, "use_internal_dnc", "AREACODE");
    assert!(world.dialable().is_empty());
    set(&mut world, "use_internal_dnc", "N");
    assert_eq!(world.dialable(), [lead]);
    world.add_dnc("7275550101", Some("OTHER"));
    assert_eq!(world.dialable(), [lead]);
    set(&mut world, "use_other_campaign_dnc", "OTHER");
    assert!(world.dialable().is_empty());
}

#[test]
fn the_screen_writes_back_what_it_loaded_when_the_call_came() {
    let mut world = world();
    let lead = add(&mut world, 1, 1001);
    world.log_in_agent("6001", "TESTCAMP");
    let call = world.begin_call(lead, Some("6001"), None).unwrap();
    assert!(api(&mut world, "function=agent_status&agent_user=6001").starts_with("INCALL|V"));
    api(&mut world, &format!("function=update_lead&lead_id={lead}&first_name=New&rank=7&zz=1"));
    assert!(world.screen_edit(&call, "city", "Tampa"));
    assert!(world.hang_up(&call, 30));
    assert_eq!(world.lead(lead).unwrap().status, "DISPO");
    world.end_call(&call, CallSpec::answered("6001", "SALE", 30)).unwrap();
    let row = world.lead(lead).unwrap();
    assert_eq!((row.first_name.as_str(), row.columns["city"].as_str(), row.columns["rank"].as_str()), ("", "Tampa", "7"));
    assert_eq!(row.status, "SALE");
    assert!(api(&mut world, "function=agent_status&agent_user=6001").starts_with("READY||0|"));
}
