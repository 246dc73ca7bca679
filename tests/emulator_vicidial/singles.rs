//! Single recorded exchanges that no scenario holds, in an order in which each finds what it needs.

use vicisync::emulator::http::Request;
use vicisync::emulator::vicidial::{Options, World};

/// What is sent, and what was recorded; the clock stands at 10:00 on 2026-11-24.
const EXCHANGES: &[(&str, &str)] = &[
    ("function=add_lead&list_id=1001", "ERROR: add_lead INVALID PHONE NUMBER LENGTH - |apiuser\n"),
    (
        "function=add_lead&phone_number=7271550100&list_id=1001&usacan_prefix_check=Y",
        "ERROR: add_lead INVALID PHONE NUMBER PREFIX - 7271550100|apiuser\n",
    ),
    (
        "function=add_lead&phone_number=17275550100&list_id=1001&usacan_areacode_check=Y",
        "ERROR: add_lead INVALID PHONE NUMBER AREACODE - 17275550100|apiuser\n",
    ),
    (
        "function=add_lead&phone_number=4165550101&list_id=1001&nanpa_ac_prefix_check=Y",
        "NOTICE: add_lead NANPA options disabled, NANPA prefix data not loaded - 2|apiuser\n\
         SUCCESS: add_lead LEAD HAS BEEN ADDED - 4165550101|1001|1|-5|apiuser\n",
    ),
    (
        "function=add_lead&phone_number=7275550120&list_id=1001&tz_method=POSTAL&postal_code=94105",
        "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550120|1001|2|-8|apiuser\n",
    ),
    (
        "function=add_lead&phone_number=7275550225&list_id=1001&multi_alt_phones=7275550226_1_work!7275550227_1_cell",
        "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550225|1001|3|-5|apiuser\n\
         7275550226|1|work7275550227|1|cellNOTICE: add_lead MULTI-ALT-PHONE NUMBERS LOADED - 2|3|apiuser\n",
    ),
    (
        "function=update_lead&search_method=FOO_BARBAR&lead_id=2&first_name=x",
        "ERROR: update_lead NO VALID SEARCH METHOD - apiuser|FOO_BARBAR|2||\n",
    ),
    ("function=update_lead&lead_id=abc&first_name=x", "ERROR: update_lead NO VALID SEARCH METHOD - apiuser|LEAD_ID|||\n"),
    (
        "function=batch_update_lead&lead_ids=1,2,3&records=2&comments=lim",
        "SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2|3,2\n",
    ),
    ("function=batch_update_lead&status=NI", "ERROR: batch_update_lead NO LEADS DEFINED - apiuser|\n"),
    (
        "function=batch_update_lead&lead_ids=1,2&list_id_field=888889&list_exists_check=Y",
        "ERROR: batch_update_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - apiuser|888889\n",
    ),
    ("function=lead_all_info&vendor_lead_code=CRM-1", "ERROR: lead_all_info LEAD NOT FOUND: apiuser||\n"),
    ("function=lead_field_info&lead_id=1", "ERROR: lead_field_info INVALID SEARCH PARAMETERS: apiuser|1|\n"),
    ("function=lead_callback_info", "ERROR: lead_callback_info INVALID SEARCH PARAMETERS: apiuser|\n"),
    (
        "function=list_info&list_id=1001&header=YES&leads_counts=Y&dialable_count=Y",
        "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|expiration_date|resets_today|\
         all_leads_count|new_leads_count|dialable_count\n1001|Sync list A|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|3|3|3\n",
    ),
    ("function=list_custom_fields&list_id=1002", "1002|Sync list B|CAMP1|Y|2026-11-24 10:00:00||\n"),
    ("function=list_custom_fields", "ERROR: list_custom_fields YOU MUST USE ALL REQUIRED FIELDS: |apiuser|||\n"),
    (
        "function=add_list&list_id=9001&list_name=API+list+9001&campaign_id=CAMP1&active=Y",
        "SUCCESS: add_list LIST HAS BEEN ADDED - apiuser|9001|API list 9001|CAMP1\n",
    ),
    (
        "function=add_list&list_id=9002&list_name=API+list+9002&campaign_id=CAMP1&custom_fields_copy=1001",
        "SUCCESS: add_list LIST HAS BEEN ADDED - apiuser|9002|API list 9002|CAMP1\n",
    ),
    ("function=list_custom_fields&list_id=9002", "9002|API list 9002|CAMP1|N|||crm_id product notes_long renewal topics tick\n"),
    ("function=add_list&list_id=9&list_name=x&campaign_id=CAMP1", "ERROR: add_list YOU MUST USE ALL REQUIRED FIELDS: |apiuser|9|x|CAMP1\n"),
    (
        "function=add_list&list_id=9103&list_name=list+9103&campaign_id=CAMP1&reset_time=012",
        "ERROR: add_list RESET TIME IS NOT VALID, THIS IS AN OPTIONAL FIELD: |apiuser|012\n",
    ),
    (
        "function=update_list&list_id=9001&list_name=abc",
        "ERROR: update_list LIST NAME MUST BE FROM 6 TO 30 CHARACTERS, THIS IS AN OPTIONAL FIELD: |apiuser|abc\n",
    ),
    (
        "function=update_list&list_id=9001&campaign_id=NOPE",
        "ERROR: update_list CAMPAIGN DOES NOT EXIST, THIS IS AN OPTIONAL FIELD: |apiuser|NOPE\n",
    ),
    (
        "function=update_list&list_id=1001&reset_list=Y",
        "NOTICE: update_list NO UPDATES DEFINED: |apiuser|\n\
         NOTICE: update_list LEADS IN LIST HAVE BEEN RESET - apiuser|1001|\n",
    ),
    (
        "function=update_list&list_id=9001&custom_fields_add=Y&field_label=newf&field_name=New+F&field_size=20\
         &field_type=TEXT&field_rank=1",
        "NOTICE: update_list ADD CUSTOM FIELD COMMAND SENT - apiuser|9001|newf|TEXT|SUCCESS: Field added|\n\
         NOTICE: update_list NO UPDATES DEFINED: |apiuser|\n",
    ),
    (
        "function=update_list&list_id=1002&custom_fields_copy=1001&custom_copy_method=APPEND",
        "NOTICE: update_list NO UPDATES DEFINED: |apiuser|\n\
         NOTICE: update_list COPY CUSTOM FIELDS COMMAND SENT - apiuser|1002|1001|APPEND|SUCCESS: Fields copied|\n",
    ),
    (
        "function=update_list&list_id=9001&delete_list=Y&delete_leads=Y",
        "NOTICE: update_list NO UPDATES DEFINED: |apiuser|\nNOTICE: update_list LIST HAS BEEN DELETED - apiuser|9001|1\n\
         NOTICE: update_list LEADS IN LIST HAVE BEEN DELETED - apiuser|9001|0\n",
    ),
    (
        "function=check_phone_number&phone_number=7275550911&local_call_time=badct",
        "ERROR: check_phone_number THIS IS NOT A VALID CALL TIME: |apiuser|badct|\n",
    ),
    (
        "function=check_phone_number&phone_number=4155550911&local_call_time=24hours&tz_method=AREACODEPOSTAL\
         &postal_code=94105",
        "AREACODE: 1|-8#POSTAL: 1|-8#PHONE: 4155550911|1|94105|||\n",
    ),
    ("function=call_status_stats", "ERROR: call_status_stats INVALID OR MISSING CAMPAIGNS - sync\nERROR: Invalid Source: |sync|\n"),
    ("function=recording_lookup&date=2026-11-24", "ERROR: recording_lookup INVALID SEARCH PARAMETERS: apiuser|||2026-11-24|\n"),
    ("function=phone_number_log&phone_number=12", "ERROR: phone_number_log NO VALID PHONE NUMBERS DEFINED: apiuser|12|\n"),
    ("function=update_log_entry&group=NOPE&call_id=1795550400.13&status=SALE", "ERROR: update_log_entry GROUP NOT FOUND: apiuser|NOPE\n"),
    (
        "function=update_log_entry&group=CAMP1&call_id=1795550400.13&status=SALE",
        "ERROR: update_log_entry NO RECORDS FOUND: apiuser|CAMP1|179555040013|SALE\n",
    ),
];

fn server() -> World {
    let text = std::fs::read_to_string("tests/fixtures/vicidial-scenarios.json").unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut world = World::new(&Options { description: Some(file["start"].take()), ..Options::default() });
    world.clock.hold(1_795_532_400);
    world
}

fn ask(world: &mut World, form: &str) -> (u16, String) {
    let reply = world.answer(&Request {
        method: "POST".to_owned(),
        path: "/vicidial/non_agent_api.php".to_owned(),
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: form.to_owned().into(),
        ..Request::default()
    });
    (reply.status, String::from_utf8(reply.body).unwrap())
}

#[test]
fn single_exchanges_agree() {
    let mut world = server();
    for (sent, recorded) in EXCHANGES {
        let form = format!("source=sync&user=apiuser&pass=apipass&{sent}&zz=1");
        assert_eq!(ask(&mut world, &form), (200, (*recorded).to_owned()), "{sent}");
    }
}

#[test]
fn a_log_statement_that_breaks_kills_the_script_after_its_first_line() {
    let mut world = server();
    let form = "source=sync&user=apiuser&pass=apipass&function=add_lead&list_id=1001&phone_number=7275550101\
                &add_to_hopper=Y&last_name=O%27Post";
    let (status, body) = ask(&mut world, form);
    assert_eq!(status, 500);
    assert_eq!(body, "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|1|-5|apiuser\n");
    assert!(world.rows("vicidial_hopper").is_empty(), "what comes after the line is not done");
    let (status, _) = ask(&mut world, &format!("{form}&zz=1"));
    assert_eq!(status, 200);
    assert_eq!(world.rows("vicidial_hopper").len(), 1);
}

#[test]
fn arrays_and_other_bodies_are_not_understood() {
    let mut world = server();
    let (status, body) = ask(&mut world, "source=sync&user=apiuser&pass=apipass&function=add_lead&phone_number[]=7275550101");
    assert_eq!((status, body.as_str()), (500, ""));
    let reply = world.answer(&Request {
        method: "POST".to_owned(),
        path: "/vicidial/non_agent_api.php".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: "{\"user\":\"apiuser\"}".into(),
        ..Request::default()
    });
    assert_eq!(reply.body, b"ERROR: Login incorrect, please try again: |||BAD|\n");
}
