//! Connector files with mistakes: all of them are told at once, each at its characters.
//!
//! `broken/NAME.toml` is the file, `broken/NAME.txt` what is said of it. With `VICISYNC_BLESS=1` the latter are written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use vicisync::crm::Connector;
use vicisync::crm::form::CONNECTOR;
use vicisync::diag::form::{Form, Kind};
use vicisync::diag::{Code, Diagnostic, render::render};

const SOUND: &str = include_str!("sound.toml");
const ESPOCRM: &str = include_str!("../../src/crm/connectors/espocrm.toml");

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/crm/broken")
}

fn broken() -> Vec<(String, String, Vec<Diagnostic>)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 3);
    let read = |file: &PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(file).unwrap();
        let found = Connector::parse(&format!("{name}.toml"), &text).expect_err(&name);
        (name, text, found)
    };
    files.iter().map(read).collect()
}

#[test]
fn broken_files_are_told_of_as_expected() {
    for (name, text, found) in broken() {
        let drawn = render(&found, &text, false);
        let path = folder().join(format!("{name}.txt"));
        if std::env::var_os("VICISYNC_BLESS").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(drawn, expected, "{name}");
    }
}

#[test]
fn every_code_of_connectors_has_an_example_in_a_broken_file() {
    let seen: BTreeSet<Code> = broken().iter().flat_map(|(_, _, found)| found.iter().map(|diagnostic| diagnostic.code)).collect();
    for code in Code::ALL.iter().filter(|code| code.name().starts_with("E06")) {
        assert!(seen.contains(code), "{code} has no example");
    }
}

#[test]
fn a_sound_file_is_read() {
    let (connector, warnings) = Connector::parse("sound.toml", SOUND).unwrap();
    assert_eq!((connector.name.as_str(), warnings), ("acme", vec![]));
    assert!(connector.describes());
    let (plain, _) = Connector::parse("sound.toml", SOUND.split("[describe]").next().unwrap()).unwrap();
    assert!(!plain.describes());
}

/// The only thing that is said of the built-in connector with that change.
#[track_caller]
fn check(good: &str, bad: &str, code: Code, pointed: &str) {
    assert!(ESPOCRM.contains(good), "{good} is not in the file");
    let text = ESPOCRM.replacen(good, bad, 1);
    let found = Connector::parse("espocrm.toml", &text).expect_err(bad);
    let told: Vec<(Code, &str)> = found.iter().map(|diagnostic| (diagnostic.code, &text[diagnostic.labels[0].0.clone()])).collect();
    assert_eq!(told, [(code, pointed)], "{found:?}");
    assert!(found[0].help.as_ref().is_some_and(|help| !help.is_empty()), "{found:?}");
}

#[test]
fn a_mistake_is_pointed_at() {
    check("format = 1", "format = 2", Code::BadFormat, "2");
    check("rows = \"list\"", "rows = \"list\"\nrow = 3", Code::UnknownKey, "row");
    check("path = \"/${object}/${id}/calls\"", "path = \"/${object}/${key.x}/calls\"", Code::ConnectorName, "key.x");
    check("path = \"/${object}/${id}\"\njson", "path = \"/${object}/${secret.api_key}\"\njson", Code::ConnectorName, "secret.api_key");
    check("select = \"${fields}\"", "select = \"é${fields\"", Code::ConnectorTemplate, "${fields");
    check("select = \"${fields}\"", "select = [1, ['${field}']]", Code::ConnectorName, "field");
    // Where TOML writes a text otherwise than it is, the whole of it.
    check("select = \"${fields}\"", "select = \"\\u0041${field}\"", Code::ConnectorName, "\"\\u0041${field}\"");
    check(
        "\"${option.activity_key_field?}\" = \"${key}\"\n\n[activity.update]",
        "\"${option.activity_keyfield?}\" = \"${key}\"\n\n[activity.update]",
        Code::ConnectorUndeclared,
        "option.activity_keyfield",
    );
    check("\"?\" = \"after.id\"", "\"?\" = \"after.ids\"", Code::ConnectorName, "after.ids");
    check("\"?\" = \"after.id\"", "\"?\" = true", Code::ConnectorJson, "true");
    check("maxSize = \"${page_size}\"", "maxSize = 2026-01-01", Code::ConnectorJson, "2026-01-01");
    check("updated = \"modifiedAt\"", "updated = \"modified At\"", Code::ConnectorPath, "\"modified At\"");
    check("optOut!=true", "optOut", Code::ConnectorPath, "\"phoneNumberData[?primary!=true && optOut].phoneNumber\"");
    for form in ["%Y-%Q", "%Y-%m-%d", "YYYY-MM-DD HH:MM:SS", "%Y-%m-%d %H:%M"] {
        check("time = \"%Y-%m-%d %H:%M:%S\"", &format!("time = \"{form}\""), Code::ConnectorTime, &format!("\"{form}\""));
    }
    check("key = \"hmac_key\"", "key = \"hmac\"", Code::ConnectorUndeclared, "\"hmac\"");
    check("value = \"${secret.api_key}\"", "value = \"${secret.token}\"", Code::ConnectorUndeclared, "secret.token");
    check("path = \"/Call\"", "path = \"Call\"", Code::ConnectorRequest, "\"Call\"");
    check("path = \"/Metadata\"", "path = \"/Metadata\"\njson = 1", Code::ConnectorRequest, "json");
    check("headers = { Accept", "headers = { \"Acc ept\"", Code::ConnectorHeader, "\"Acc ept\"");
    check("varchar = \"text\"", "varchar = \"txet\"", Code::ConnectorFieldKind, "\"txet\"");
    check("named = { phones", "named = { phone", Code::BadValue, "phone");
    check("[get]\nmethod = \"GET\"", "[get]\nmethod = \"get\"", Code::BadValue, "\"get\"");
}

#[test]
fn what_does_not_begin_with_a_slash_is_a_mistake_although_all_else_is_well() {
    let found = Connector::parse("a.toml", &SOUND.replace("\"/calls/", "\"calls/")).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("activity.update.path"), "{found:?}");
}

/// Every sentence of the form is written for the reference page.
#[test]
fn the_form_says_what_each_key_is_for() {
    fn walk(form: &'static Form, depth: usize) {
        assert!(depth < 8 && form.about.ends_with('.'), "{}", form.about);
        for key in form.keys {
            assert!(key.about.trim_end().ends_with(['.', ']', '`']), "{}: {}", key.name, key.about);
            if let Kind::Table(form) | Kind::Tables(form) = &key.kind {
                walk(form, depth + 1);
            }
        }
    }
    walk(&CONNECTOR, 0);
}
