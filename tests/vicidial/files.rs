//! Export files: every recorded one read, and damaged ones never misread.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::model::{FieldName, LeadField, LeadId, LeadRow, LegKind, ListId};
use vicisync::vicidial::call::Page;
use vicisync::vicidial::legs;
use vicisync::vicidial::listing::{Reader, Unreadable};

use crate::recorded::{Exchange, scenarios, step, transcripts};

fn recorded(page: Page) -> Vec<Exchange> {
    scenarios()
        .iter()
        .flat_map(|scenario| scenario["steps"].as_array().unwrap().iter().filter_map(|entry| step(scenario, entry)).collect::<Vec<_>>())
        .chain(transcripts())
        .filter(|exchange| exchange.ask.page == page && exchange.outcome == "data")
        .collect()
}

/// What a file holds.
#[derive(Debug, PartialEq)]
struct Listing {
    rows: Vec<LeadRow>,
    doubtful: Vec<LeadId>,
    labels: Vec<String>,
}

/// A file that comes in these pieces.
fn listed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, list: ListId) -> Result<Listing, Unreadable> {
    let mut reader = Reader::new(list);
    let mut rows = Vec::new();
    for piece in pieces {
        rows.extend(reader.feed(piece)?);
    }
    rows.extend(reader.finish()?);
    Ok(Listing { rows, doubtful: reader.doubtful().to_vec(), labels: reader.labels().to_vec() })
}

/// A file that comes at once.
fn read(body: &[u8], list: ListId) -> Result<Listing, Unreadable> {
    listed([body], list)
}

#[test]
fn recorded_lists_are_read() {
    let mut rows = 0;
    for exchange in recorded(Page::ListDownload) {
        let Ok(list) = exchange.ask.get("list_id").parse() else { continue };
        match read(&exchange.body, ListId(list)) {
            Ok(found) => {
                rows += found.rows.len();
                assert!(found.rows.iter().all(|row| row.list_id == ListId(list)), "{}", exchange.name);
                assert!(found.labels.iter().all(|label| !label.starts_with("custom")), "{}: {:?}", exchange.name, found.labels);
                // Which rows are certain is told by their bytes: a row of the file has no stray tab.
                let doubtful: &[u64] = if exchange.name.starts_with("stored form") {
                    &[6, 8]
                } else if exchange.name.contains("custom fields disabled") {
                    &[8]
                } else {
                    &[]
                };
                let damaged: Vec<u64> = found.doubtful.iter().map(|lead| lead.0).collect();
                assert_eq!(damaged, doubtful, "{}", exchange.name);
            }
            Err(why) => {
                assert!(why == Unreadable::Masked && exchange.name.starts_with("masked user"), "{}: {why:?}", exchange.name)
            }
        }
    }
    assert!(rows > 150, "{rows} rows");
}

#[test]
fn recorded_lists_are_read_alike_however_they_are_cut() {
    let mut count = 0;
    for exchange in recorded(Page::ListDownload) {
        let Ok(list) = exchange.ask.get("list_id").parse() else { continue };
        let whole = read(&exchange.body, ListId(list));
        for size in [1, 2, 7, 64, 1000] {
            assert_eq!(listed(exchange.body.chunks(size), ListId(list)), whole, "{} in pieces of {size}", exchange.name);
        }
        count += 1;
    }
    assert!(count > 20, "{count} files");
}

#[test]
fn a_row_is_given_once_the_next_has_begun() {
    let body = file(&[row(1, "C1", "x", "o", &[]), row(2, "C2", "x", "o", &[]), row(3, "C3", "x", "o", &[])]);
    let mut reader = Reader::new(ListId(1001));
    let given: Vec<usize> = body.split_inclusive(|&byte| byte == b'\n').map(|line| reader.feed(line).unwrap().len()).collect();
    assert_eq!(given, [0, 0, 1, 1]);
    assert_eq!(reader.finish().unwrap().unwrap().lead_id, LeadId(3));
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory() {
    let mut reader = Reader::new(ListId(1001));
    let piece = vec![b'x'; 1 << 20];
    let fed = (0..64).find_map(|_| reader.feed(&piece).err());
    assert_eq!(fed, Some(Unreadable::LongLine));
}

#[test]
fn masked_lists_are_told_from_real_ones() {
    let masked: Vec<bool> = recorded(Page::ListDownload)
        .iter()
        .filter(|exchange| exchange.name.starts_with("masked user"))
        .map(|exchange| read(&exchange.body, ListId(1001)).is_err())
        .collect();
    assert_eq!(
        masked.iter().filter(|is_masked| !**is_masked).count(),
        1,
        "only the first file, before the user is masked, is real: {masked:?}"
    );
    assert!(masked.len() > 4);
}

#[test]
fn recorded_calls_are_read() {
    let mut all = Vec::new();
    for exchange in recorded(Page::CallReport) {
        let is_as_ours = exchange.ask.get("header_row") == "YES"
            && exchange.ask.get("custom_fields") != "YES"
            && matches!(exchange.ask.get("rec_fields"), "" | "NONE");
        if !is_as_ours || !exchange.ask.get("export_fields").starts_with("EXTENDED") {
            continue;
        }
        match legs::read(&exchange.body, chrono_tz::America::New_York, &[]) {
            Ok(calls) => {
                assert!(calls.unreadable.is_empty(), "{}: {:?}", exchange.name, calls.unreadable);
                all.extend(calls.legs.into_iter().map(|leg| (exchange.name.clone(), leg)));
            }
            Err(why) => assert!(why == legs::Unreadable::Masked && exchange.name.starts_with("masked"), "{}: {why:?}", exchange.name),
        }
    }
    let day: Vec<_> = all
        .iter()
        .filter(|(name, _)| name == "calls at 2026-11-24 17:13:00")
        .map(|(_, leg)| (leg.key.to_string(), leg.status.as_str(), leg.seconds, leg.start.to_rfc3339()))
        .collect();
    let (keys, rest): (Vec<_>, Vec<_>) =
        day.iter().map(|(key, status, seconds, start)| (key.as_str(), (*status, *seconds, start.as_str()))).unzip();
    assert_eq!(
        keys,
        [
            "out:1:CAMP1:20261124T140500:1795547700.1:agent1",
            "out:2:CAMP1:20261124T142000:1795548300.2:VDAD",
            "out:3:CAMP1:20261124T145930:1795548900.3:agent1",
            "in:3:AGENTDIRECT:20261124T150010:1795548900.3:agent2",
            "in:3:AGENTDIRECT:20261124T150215:1795548900.3:agent1",
            "in:4:AGENTDIRECT:20261124T153000:1795550100.5:agent1",
        ]
    );
    assert_eq!(rest[0], ("SALE", 65, "2026-11-24T19:05:00+00:00"));
    assert!(all.iter().all(|(_, leg)| (leg.key.kind == LegKind::Inbound) == (leg.key.campaign.as_str() == "AGENTDIRECT")));
}

const HEADER: &str = "lead_id\tentry_date\tmodify_date\tstatus\tuser\tvendor_lead_code\tsource_id\tlist_id\tgmt_offset_now\tcalled_since_last_reset\tphone_code\tphone_number\ttitle\tfirst_name\tmiddle_initial\tlast_name\taddress1\taddress2\taddress3\tcity\tstate\tprovince\tpostal_code\tcountry_code\tgender\tdate_of_birth\talt_phone\temail\tsecurity_phrase\tcomments\tcalled_count\tlast_local_call_time\trank\towner\tentry_list_id";

pub(crate) fn row(lead: u64, source: &str, comments: &str, owner: &str, custom: &[&str]) -> String {
    let mut row = format!(
        "{lead}\t2026-11-24 10:04:00\t2026-11-24 10:05:00\tNEW\tapiuser\tV0000000000000000001\t{source}\t1001\t-5.00\tN\t1\t7275550101\tMs\tAda\tK\tLovelace\t1 Main St\t\t\tTampa\tFL\t\t33701\tUSA\tF\t1980-12-10\t\tada@example.com\t\t{comments}\t0\t2026-11-24 10:04:00\t7\t{owner}\t{}",
        if custom.is_empty() { 0 } else { 1001 }
    );
    for cell in custom {
        row.push('\t');
        row.push_str(cell);
    }
    row
}

/// A file of a list with two custom fields: its header has four spare columns, its rows with custom data four cells.
pub(crate) fn file(rows: &[String]) -> Vec<u8> {
    format!("{HEADER}\tcrm_note\tplan\tcustom1\tcustom2\tcustom3\tcustom4\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

#[test]
fn spare_columns_are_dropped_and_line_breaks_restored() {
    let found = read(&file(&[row(1, "C1", "one!Ntwo", "maria", &["hello!Nyou", "gold", "", ""]), row(2, "C2", "", "", &[])]), ListId(1001))
        .unwrap();
    assert_eq!(found.labels, ["crm_note", "plan"]);
    assert_eq!(found.rows.len(), 2);
    let get = |at: usize, field: FieldName| found.rows[at].values[&field].clone();
    assert_eq!(get(0, FieldName::Standard(LeadField::Comments)), "one\ntwo");
    assert_eq!(get(0, FieldName::Custom("crm_note".into())), "hello\nyou");
    assert_eq!((get(0, FieldName::Custom("plan".into())), get(1, FieldName::Custom("plan".into()))), ("gold".to_owned(), String::new()));
    assert_eq!((found.rows[0].code.as_str(), found.rows[0].called_count), ("V0000000000000000001", 0));
}

#[test]
fn shifted_rows_are_doubtful() {
    let rows = [
        row(1, "a\tb", "x", "o", &[]),
        row(2, "C2", "a\tb", "o", &[]),
        row(3, "C3", "x", "a\tb", &[]),
        row(4, "C4", "x", "o", &["a\tb", "gold", "", ""]),
        row(5, "C5\r\nrest", "x", "o", &[]),
        row(6, "C6", "x", "o", &["note", "gold\r\nmore", "", ""]),
        row(7, "a\tb\tc\td\te", "x", "o", &[]),
        row(8, "C8", "x", "o", &["note", "plan", "", ""]),
    ];
    let found = read(&file(&rows), ListId(1001)).unwrap();
    assert_eq!(found.doubtful, [1, 2, 3, 4, 5, 6, 7].map(LeadId));
    assert_eq!(found.rows.iter().map(|row| row.lead_id).collect::<Vec<_>>(), [LeadId(8)]);
}

#[test]
fn a_row_whose_end_was_torn_off_after_the_last_cell_is_doubtful() {
    let rows = [row(1, "C1", "x", "o", &[]) + "\r\nsomething else", row(2, "C2", "x", "o", &[])];
    let found = read(&file(&rows), ListId(1001)).unwrap();
    assert_eq!((found.doubtful, found.rows.len()), (vec![LeadId(1)], 1));
}

#[test]
fn a_cut_file_is_no_file() {
    let whole = file(&[row(1, "C1", "x", "o", &[]), row(2, "C2", "x", "o", &[])]);
    for length in 0..whole.len() {
        match read(&whole[..length], ListId(1001)) {
            Err(_) => {}
            // Cut exactly between two rows: only the length of the answer, which HTTP guards, tells.
            Ok(found) => {
                assert!(whole[..length].ends_with(b"\r\n") && found.rows.len() < 2 && found.doubtful.is_empty(), "cut at {length}")
            }
        }
    }
}

#[test]
fn names_that_are_x_by_chance_are_not_masked() {
    let real = row(1, "C1", "x", "o", &[]).replace("Ada", "X").replace("Lovelace", "X");
    assert!(read(&file(&[real]), ListId(1001)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_on_any_file(noise in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..600) {
        let mut body = file(&[row(1, "C1", "x", "o", &["n", "p", "", ""])]);
        let at = at.min(body.len());
        body.splice(at..at, noise.iter().copied());
        for body in [&body[..], &noise[..]] {
            let _ = read(body, ListId(1001));
            let _ = legs::read(body, chrono_tz::America::New_York, &[]);
        }
    }

    /// Where the pieces of a file are cut says nothing of what it holds, whatever it holds.
    #[test]
    fn any_cut_of_any_file_reads_alike(
        noise in "[a\t\r\n]{0,12}",
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        at in 0usize..2000,
        cuts in prop::collection::vec(0usize..2000, 0..6),
    ) {
        let mut body = file(&[row(1, &noise, "x", "o", &["n", "p", "", ""]), row(2, "C2", &noise, "o", &[]), row(3, "C3", "x", "o", &["n", &noise, "", ""])]);
        let at = at.min(body.len());
        body.splice(at..at, bytes.iter().copied());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(body.len())).chain([0, body.len()]).collect();
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]);
        prop_assert_eq!(listed(pieces, ListId(1001)), read(&body, ListId(1001)));
    }

    /// Whatever an agent or a list loader stored in a free text, a row that is taken for certain shows it in its place.
    #[test]
    fn a_certain_row_is_true(text in "[a-z0-9 \t\r\n]{0,30}", custom in "[a-z\t\r\n]{0,8}", has_custom in any::<bool>()) {
        let cells = [custom.as_str(), "gold", "", ""];
        let body = file(&[row(7, &text, "x", "o", if has_custom { &cells } else { &[] })]);
        if let Some(row) = read(&body, ListId(1001)).unwrap().rows.first() {
            prop_assert_eq!(&row.values[&FieldName::Standard(LeadField::SourceId)], &text);
            let plan = &row.values[&FieldName::Custom("plan".to_owned())];
            prop_assert_eq!(plan, if has_custom { "gold" } else { "" });
        }
    }
}
