//! The schemas take what the readers take, and refuse unknown keys and wrong types as they do.

use jsonschema::Validator;
use serde_json::Value as Json;
use vicisync::cli::schema::FILES;
use vicisync::diag::{Code, Diagnostic, schema};
use vicisync::{config, mapping};

use crate::{read, root};

/// A kind of file: the word, the schema, and the reader.
struct Kind {
    name: &'static str,
    schema: Json,
    validator: Validator,
}

impl Kind {
    fn of(name: &str) -> Self {
        let file = FILES.iter().find(|file| file.name == name).unwrap();
        let schema = file.schema();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        Self { name: file.name, schema, validator }
    }

    /// What the schema says against a text.
    fn against(&self, text: &str) -> Vec<String> {
        let document = schema::json_of(&toml::Value::Table(toml::from_str(text).unwrap()));
        self.validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// What the reader says against a text; warnings are nothing.
    fn read(&self, text: &str) -> Vec<Diagnostic> {
        match self.name {
            "config" => config::parse("a.toml", text).err().unwrap_or_default(),
            "mapping" => mapping::parse("a.toml", text).err().unwrap_or_default(),
            other => panic!("nobody reads `{other}` here"),
        }
    }
}

/// The files that come with the program, each with its kind.
fn shipped() -> Vec<(String, &'static str)> {
    let mut files = vec![("config/vicisync.example.toml".to_owned(), "config")];
    for entry in std::fs::read_dir(root().join("mappings")).unwrap() {
        files.push((crate::within(&entry.unwrap().path()), "mapping"));
    }
    if FILES.iter().any(|file| file.name == "connector") {
        for entry in std::fs::read_dir(root().join("src/crm/connectors")).unwrap() {
            files.push((crate::within(&entry.unwrap().path()), "connector"));
        }
    }
    files.retain(|(path, _)| path.ends_with(".toml"));
    files.sort();
    files
}

#[test]
fn each_schema_is_one_of_draft_7() {
    for file in FILES {
        let schema = file.schema();
        assert!(jsonschema::meta::is_valid(&schema), "{}", file.name);
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        // Taplo refuses a schema with a relative one.
        assert_eq!(schema.get("$id"), None);
    }
}

#[test]
fn shipped_files_fit_their_schemas_and_name_them() {
    for (path, kind) in shipped() {
        let text = read(&path);
        assert_eq!(Kind::of(kind).against(&text), Vec::<String>::new(), "{path}");
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("#:schema ").unwrap_or_else(|| panic!("{path} does not begin with a line `#:schema FILE`"));
        let folder = root().join(&path).parent().unwrap().to_owned();
        let schema = folder.join(named).canonicalize().unwrap_or_else(|error| panic!("{path} names {named}: {error}"));
        assert_eq!(crate::within(&schema), format!("docs/schema/{kind}.schema.json"), "{path}");
    }
}

/// The reader refuses the text with this code, and the schema refuses it too.
#[track_caller]
fn refused(kind: &str, text: &str, code: Code) {
    let kind = Kind::of(kind);
    let found = kind.read(text);
    assert!(found.iter().any(|diagnostic| diagnostic.code == code), "{code}: {found:?}");
    assert!(!kind.against(text).is_empty(), "the schema takes what is refused with {code}:\n{text}");
}

const MAPPING: &str = "object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = \"phoneNumber\"\ndefault_region = \"US\"\n";
const CONFIG: &str = "format = 1\n[crm.espo]\nkind = \"espocrm\"\nsite = \"https://crm.example.com\"\n[vicidial.main]\n\
                      url = \"https://dialer.example.com\"\nuser = \"vicisync\"\npass = \"env:PASS\"\nzone = \"UTC\"\n[job.sales]\ncrm = \"espo\"\n\
                      vicidial = \"main\"\nmapping = \"sales.toml\"\n";

#[test]
fn what_a_mapping_may_not_say_is_refused_by_its_schema_too() {
    assert_eq!(Kind::of("mapping").against(MAPPING), Vec::<String>::new());
    for (more, code) in [
        ("[lead]\nfrist_name = \"firstName\"", Code::UnknownLeadField),
        ("[[list]]\nwhen = { a = \"b\" }\nlist = \"1001\"", Code::WrongType),
        ("[[list]]\nwhen = { a = \"b\" }\nlist = 7", Code::BadValue),
        ("[[list]]\nwhen = { a = { equals = \"b\" } }\nlist = 1001", Code::UnknownKey),
        ("[lead]\nfirst_name = 5", Code::WrongType),
        ("[lead]\nfirst_name = { from = \"a\", blank = \"cleer\" }", Code::BadValue),
        ("[lead]\nfirst_name = { from = \"a\", transfrom = \"trim\" }", Code::UnknownKey),
        ("[leaving]\nstatus = 4", Code::WrongType),
        ("[leaving]\nstate = \"A\"", Code::UnknownKey),
        ("[calls]\ngo_live = \"soon\"", Code::WrongType),
        ("[calls]\ngo_live = 2026-11-01T00:00:00Z\n[[disposition]]\nstatus = \"A\"\nset = 5", Code::WrongType),
        ("[[disposition]]\nany = \"yes\"", Code::WrongType),
        ("[[test]]\nname = \"a\"\ncontact = { a = 1 }\nrejected = \"no\"", Code::BadValue),
        ("[[test]]\ncontact = { a = 1 }\nfiltered = true", Code::MissingKey),
        ("[recordings]\non = true", Code::NotYet),
        ("[[list]]\nlist = 1001\n[lists]\na = 1", Code::UnknownKey),
        ("[list]\nlist = 1001", Code::WrongType),
    ] {
        refused("mapping", &format!("{MAPPING}{more}\n"), code);
    }
    refused("mapping", &MAPPING.replace("object = \"Contact\"", ""), Code::MissingKey);
    refused("mapping", &MAPPING.replace("object = ", "format = 2\nobject = "), Code::BadFormat);
}

#[test]
fn what_a_config_may_not_say_is_refused_by_its_schema_too() {
    assert_eq!(Kind::of("config").against(CONFIG), Vec::<String>::new());
    for (more, code) in [
        ("schedul = \"* * * * *\"", Code::UnknownKey),
        ("settle_s = \"120\"", Code::WrongType),
        ("settle_s = 5", Code::BadValue),
        ("priority = 5", Code::NotYet),
        ("brakes = { creates = 1, share = 0.5 }", Code::UnknownKey),
        ("brakes = { deactivates_share = 20 }", Code::BadValue),
        ("[vicidial.main.database]\nhost = \"a\"\nuser = \"b\"\npass = \"hunter2\"", Code::PlainSecret),
        ("[vicidial.main.database]\nhost = \"a\"\nuser = \"b\"\npass = \"env:A\"\ntls = \"preferred\"", Code::NotYet),
        ("[[report]]\nname = \"a\"\nvicidial = \"main\"\nkind = \"calls\"\nschedule = \"5 * * * *\"\ncsv = \"a.csv\"", Code::BadValue),
        ("[report]\nname = \"a\"", Code::WrongType),
        ("[crm.other]\nkind = \"espocrm\"\nsite = \"crm.example.com\"", Code::BadUrl),
        ("[metrics]\nport = 1", Code::NotYet),
    ] {
        refused("config", &format!("{CONFIG}{more}\n"), code);
    }
    refused("config", &CONFIG.replace("zone = \"UTC\"\n", ""), Code::MissingKey);
    refused("config", &CONFIG.replace("format = 1", "format = 2"), Code::BadFormat);
}

#[test]
fn keys_have_what_editors_show() {
    let mapping = Kind::of("mapping").schema;
    let field = &mapping["definitions"]["lead.source_id"]["properties"];
    assert_eq!(field["blank"]["enum"], serde_json::json!(["keep", "clear"]));
    assert_eq!(field["blank"]["default"], "keep");
    let description = field["blank"]["description"].as_str().unwrap();
    assert!(
        description.starts_with("What a blank means.") && description.contains("- `clear`: a blank in the CRM empties"),
        "{description}"
    );
    assert!(field["blank"]["x-taplo"]["docs"]["enumValues"][1].as_str().unwrap().starts_with("a blank in the CRM empties"));
    assert_eq!(mapping["properties"]["leaving"]["properties"]["keep"]["default"], serde_json::json!(["SALE", "DNC", "DNCL", "DNCC"]));
    assert_eq!(mapping["properties"]["custom"]["additionalProperties"]["anyOf"][2]["$ref"], "#/definitions/lead.source_id");
    let config = Kind::of("config").schema;
    let vicidial = &config["properties"]["vicidial"]["additionalProperties"];
    assert_eq!(vicidial["required"], serde_json::json!(["url", "user", "pass", "zone"]));
    assert_eq!(
        (&vicidial["properties"]["concurrency"]["minimum"], &vicidial["properties"]["concurrency"]["maximum"]),
        (&1.into(), &8.into())
    );
    assert_eq!(vicidial["properties"]["concurrency"]["default"], 8);
    assert_eq!(vicidial["additionalProperties"], serde_json::json!({ "not": { "title": "a key that vicisync does not know" } }));
}

#[test]
fn what_a_key_is_without_it_could_be_written() {
    // A default that is no value of its kind would be shown by editors, and refused when taken.
    fn walk(schema: &Json, found: &mut Vec<Json>) {
        match schema {
            Json::Object(entries) => {
                if entries.contains_key("default") && !entries["default"].is_object() {
                    found.push(schema.clone());
                }
                entries.values().for_each(|value| walk(value, found));
            }
            Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    FILES.iter().for_each(|file| walk(&file.schema(), &mut found));
    assert!(found.len() > 20, "{}", found.len());
    for schema in found {
        assert!(jsonschema::draft7::new(&schema).unwrap().is_valid(&schema["default"]), "{schema:#}");
    }
}
