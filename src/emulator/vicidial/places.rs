//! Where a number is and what time it is there: the offset from Greenwich that a lead gets when it is put in.
//!
//! Decides the offset by country code and area code, or by postal code, time zone code or prefix when asked to, and
//! whether daylight saving is on. The rules of the clock change are those of the dialer's PHP, which look at the calendar
//! date first: in mid-March they switch at midnight, and in the hour that comes twice they stay on summer time.

use chrono::{Datelike, Timelike};

use super::column::leading_number;
use super::world::World;

/// Area codes of the stock phone code table, by state and standard offset; a part of the world is enough here.
const NORTH_AMERICA: &str = "
NY -5 212 315 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934
NJ -5 201 551 609 640 732 848 856 862 908 973
PA -5 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
MA -5 339 351 413 508 617 774 781 857 978
CT -5 203 475 860 959
RI -5 401
NH -5 603
VT -5 802
ME -5 207
DE -5 302
MD -5 227 240 301 410 443 667
DC -5 202 771
VA -5 276 434 540 571 703 757 804 826 948
WV -5 304 681
NC -5 252 336 472 704 743 828 910 919 980 984
SC -5 803 839 843 854 864
GA -5 229 404 470 478 678 706 762 770 912 943
FL -5 239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 863 904 941 954
FL -6 850
OH -5 216 220 234 283 326 330 380 419 436 440 513 567 614 740 937
MI -5 231 248 269 313 517 586 616 679 734 810 906 947 989
IN -5 260 317 463 574 765 812 930
IN -6 219
KY -5 502 606 859
KY -6 270 364
TN -5 423 865
TN -6 615 629 731 901 931
AL -6 205 251 256 334 659 938
MS -6 228 601 662 769
IL -6 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872
WI -6 262 274 353 414 534 608 715 920
MN -6 218 320 507 612 651 763 924 952
IA -6 319 515 563 641 712
MO -6 314 417 557 573 636 660 816 975
AR -6 327 479 501 870
LA -6 225 318 337 504 985
TX -6 210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979
TX -7 915
OK -6 405 539 572 580 918
KS -6 316 620 785 913
NE -6 308 402 531
SD -6 605
ND -6 701
CO -7 303 719 720 970 983
UT -7 385 435 801
NM -7 505 575
WY -7 307
MT -7 406
ID -7 208 986
AZ -7N 480 520 602 623 928
NV -8 702 725 775
WA -8 206 253 360 425 509 564
OR -8 458 503 541 971
CA -8 209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 \
                             818 820 831 837 840 858 909 916 925 949 951
AK -9 907
HI -10N 808
ON -5 226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 905
QC -5 263 354 367 418 438 450 468 514 579 581 819 873
MB -6 204 431 584
SK -6N 306 474 639
AB -7 368 403 587 780 825
BC -8 236 250 257 604 672 778
NS -4 782 902
NB -4 428 506
";

/// Other countries by code: offset and whether Europe's daylight saving holds.
const WORLD: &str = "31+1S 32+1S 33+1S 34+1S 39+1S 41+1S 43+1S 44+0S 45+1S 46+1S 47+1S 48+1S 49+1S 52-6N 55-3N 61+10N 81+9N \
                     351+0S 353+0S 358+2S 420+1S";

/// The first area code of North America in the stock table.
const FIRST_AREA: &str = "201";

/// What is asked about a number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Question<'a> {
    /// The country code.
    pub(super) phone_code: &'a str,
    /// The number without it.
    pub(super) phone_number: &'a str,
    /// The postal code.
    pub(super) postal_code: &'a str,
    /// The owner field, which may hold a time zone code.
    pub(super) owner: &'a str,
    /// By what to look: words, empty for country and area code.
    pub(super) method: &'a str,
}

/// What is known of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The standard offset as the table has it: `-5`, `+1`, `0`, `9.50`.
    pub(super) offset: String,
    /// The rule of daylight saving, or empty.
    pub(super) rule: String,
    /// The state or province.
    pub(super) state: String,
}

/// The offset of a number with daylight saving, as the answers print it; empty for an unknown country code.
pub(super) fn offset(world: &World, question: Question<'_>) -> String {
    let method = question.method.to_ascii_uppercase();
    let by_postal = method.contains("POSTAL") && question.postal_code.len() > 4 && question.phone_code == "1";
    // This word works on its own only.
    let by_code = question.method == "TZCODE" && question.owner.len() > 1;
    let by_prefix = method.contains("NANPA");
    let found = by_prefix
        .then(|| prefix(world, question.phone_number))
        .flatten()
        .or_else(|| by_code.then(|| zone_code(world, question.phone_code, question.owner)).flatten())
        .or_else(|| by_postal.then(|| postal(world, question.postal_code)).flatten());
    let found = found.or_else(|| place(world, question.phone_code, question.phone_number));
    let unknown = if by_code { "0" } else { "" };
    found.map_or_else(|| unknown.to_owned(), |place| in_force(world, &place))
}

/// The place of a number: the server's own table first, then the built-in one.
pub(super) fn place(world: &World, phone_code: &str, phone_number: &str) -> Option<Place> {
    let codes = world.table("vicidial_phone_codes");
    let area = phone_number.get(..3).unwrap_or_default();
    let in_country = codes.find_all("country_code", phone_code);
    let in_area = in_country.iter().find(|slot| codes.is(**slot, "areacode", area));
    // An area code that is not there counts as the country's first.
    let found = in_area.filter(|_| phone_code == "1").or(in_country.first()).copied();
    if let Some(slot) = found {
        let text = |name: &str| codes.get(slot, name).to_owned();
        let rule = if text("DST") == "Y" { text("DST_range") } else { String::new() };
        return Some(Place { offset: text("GMT_offset"), rule, state: text("state") });
    }
    if codes.len() > 0 {
        return None;
    }
    if phone_code != "1" {
        return abroad(phone_code);
    }
    north_american(area).or_else(|| north_american(FIRST_AREA))
}

/// The state of an area code in a country, if both are in the table together.
pub(super) fn state_of(world: &World, phone_code: &str, phone_number: &str) -> Option<String> {
    let codes = world.table("vicidial_phone_codes");
    let area = phone_number.get(..3)?;
    if codes.len() == 0 {
        return north_american(area).filter(|_| phone_code == "1").map(|place| place.state);
    }
    let found = codes.slots().find(|slot| codes.is(*slot, "country_code", phone_code) && codes.is(*slot, "areacode", area))?;
    Some(codes.get(found, "state").to_owned())
}

/// Whether an area code of North America is in the table.
pub(super) fn is_area_known(world: &World, area: &str) -> bool {
    let codes = world.table("vicidial_phone_codes");
    let is_there = codes.find_all("country_code", "1").iter().any(|slot| codes.is(*slot, "areacode", area));
    is_there || (codes.len() == 0 && north_american(area).is_some())
}

fn north_american(area: &str) -> Option<Place> {
    let line = NORTH_AMERICA.lines().find(|line| line.split(' ').skip(2).any(|code| code == area))?;
    let mut words = line.split(' ');
    let (state, offset) = (words.next()?, words.next()?);
    Some(Place {
        offset: offset.trim_end_matches('N').to_owned(),
        rule: if offset.ends_with('N') { "" } else { "SSM-FSN" }.to_owned(),
        state: state.to_owned(),
    })
}

fn abroad(phone_code: &str) -> Option<Place> {
    let entry = WORLD.split_whitespace().find(|entry| {
        let rest = entry.strip_prefix(phone_code);
        rest.is_some_and(|rest| rest.starts_with(['+', '-']))
    })?;
    let offset = entry.strip_prefix(phone_code)?;
    Some(Place {
        offset: offset.trim_end_matches(['S', 'N']).to_owned(),
        rule: if offset.ends_with('S') { "LSM-LSO" } else { "" }.to_owned(),
        state: String::new(),
    })
}

fn postal(world: &World, code: &str) -> Option<Place> {
    row_place(world, "vicidial_postal_codes", |world, slot| {
        let codes = world.table("vicidial_postal_codes");
        codes.get(slot, "postal_code").starts_with(code) && codes.is(slot, "country_code", "1")
    })
}

fn zone_code(world: &World, phone_code: &str, owner: &str) -> Option<Place> {
    row_place(world, "vicidial_phone_codes", |world, slot| {
        let codes = world.table("vicidial_phone_codes");
        codes.is(slot, "tz_code", owner) && codes.is(slot, "country_code", phone_code)
    })
}

fn prefix(world: &World, phone_number: &str) -> Option<Place> {
    let (area, prefix) = (phone_number.get(..3)?, phone_number.get(3..6)?);
    row_place(world, "vicidial_nanpa_prefix_codes", |world, slot| {
        let codes = world.table("vicidial_nanpa_prefix_codes");
        codes.is(slot, "areacode", area) && codes.is(slot, "prefix", prefix)
    })
}

fn row_place(world: &World, table: &str, test: impl Fn(&World, usize) -> bool) -> Option<Place> {
    let rows = world.table(table);
    let slot = rows.slots().find(|slot| test(world, *slot))?;
    let is_saving = rows.get(slot, "DST") == "Y";
    let rule = match rows.get(slot, "DST_range") {
        _ if !is_saving => "",
        "" => "SSM-FSN",
        rule => rule,
    };
    Some(Place { offset: rows.get(slot, "GMT_offset").to_owned(), rule: rule.to_owned(), state: rows.get(slot, "state").to_owned() })
}

/// The offset that is in force now: `-5`, with daylight saving one more.
fn in_force(world: &World, place: &Place) -> String {
    let standard = leading_number(&place.offset);
    if is_saving(world, place, standard) {
        return (standard + 1.0).to_string();
    }
    place.offset.replace('+', "")
}

/// Whether daylight saving is on at the place, by its own wall clock as the PHP reckons it.
fn is_saving(world: &World, place: &Place, standard: f64) -> bool {
    let servers = world.table("servers");
    let own = servers.slots().next().map_or(0.0, |slot| leading_number(servers.get(slot, "local_gmt")));
    let here = world.clock.at(world.clock.epoch()).naive_local();
    // The difference of the standard offsets is added to the server's wall clock, summer time and all.
    let there = here + chrono::Duration::minutes(((standard - own) * 60.0) as i64);
    let (month, day) = (there.month(), there.day());
    let weekday = there.weekday().num_days_from_sunday();
    let second = there.num_seconds_from_midnight();
    match place.rule.as_str() {
        "SSM-FSN" => match month {
            4..=10 => true,
            3 if day > 13 => true,
            3 => day >= weekday + 8 && !(weekday == 0 && second < 7200),
            11 if day > 7 => false,
            11 => day < weekday + 1 || (weekday == 0 && second < 7200),
            _ => false,
        },
        "LSM-LSO" => match month {
            4..=9 => true,
            3 => day >= weekday + 25 && !(weekday == 0 && second < 3600),
            10 => day < weekday + 25 || (weekday == 0 && second < 3600),
            _ => false,
        },
        _ => false,
    }
}

/// The server's offset from Greenwich as it reckons it: the one of its table, and an hour more in summer.
pub(super) fn server_offset(world: &World) -> f64 {
    let servers = world.table("servers");
    let own = servers.slots().next().map_or(0.0, |slot| leading_number(servers.get(slot, "local_gmt")));
    if world.clock.is_summer() { own + 1.0 } else { own }
}

/// Whether a call time allows a call now at a place with that offset.
pub(super) fn is_dialable(world: &World, call_time: &str, offset: &str) -> bool {
    let times = world.table("vicidial_call_times");
    let Some(slot) = times.find("call_time_id", call_time) else {
        return false;
    };
    let there = world.clock.epoch() + (leading_number(offset) * 3600.0) as i64;
    let of_day = there.rem_euclid(86_400);
    let hour_minute = of_day / 3600 * 100 + of_day % 3600 / 60;
    let (start, stop) = (times.number(slot, "ct_default_start"), times.number(slot, "ct_default_stop"));
    (start..stop).contains(&hour_minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_knows_its_numbers() {
        let known = |area: &str| north_american(area).map(|place| (place.state, place.offset, place.rule));
        let place = |state: &str, offset: &str, rule: &str| Some((state.into(), offset.into(), rule.into()));
        assert_eq!(known("727"), place("FL", "-5", "SSM-FSN"));
        assert_eq!(known("602"), place("AZ", "-7", ""));
        assert_eq!(known("951"), place("CA", "-8", "SSM-FSN"));
        assert_eq!(known("999"), None);
        assert_eq!(abroad("49").map(|place| place.offset), Some("+1".to_owned()));
        assert_eq!(abroad("4"), None);
    }
}
