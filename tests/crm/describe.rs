//! What a CRM's description comes to: EspoCRM's, recorded and emulated, and those of other CRMs by made-up answers of their documented shapes.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use vicisync::crm::{Connector, Crm, describe::Described};
use vicisync::emulator::espocrm::{CustomField, Entity, Holds, Options, Server};
use vicisync::model::{CrmField, CrmFieldKind};
use vicisync::ports::Reach;

use super::{connector, settings, stub::Stub, stub::ok};

/// What a real EspoCRM 8.4.2 answered: the definitions of fields, and their labels.
fn recorded() -> Json {
    serde_json::from_str(include_str!("../fixtures/espocrm-fields.json")).unwrap()
}

fn by_name(fields: &[CrmField]) -> BTreeMap<&str, &CrmField> {
    let found: BTreeMap<&str, &CrmField> = fields.iter().map(|field| (field.name.as_str(), field)).collect();
    assert_eq!(found.len(), fields.len(), "a name stands twice");
    found
}

#[test]
fn what_espocrm_describes() {
    let recorded = recorded();
    let answers = Described { fields: &recorded["Contact"], labels: Some(&recorded["labels"]), rights: None };
    let fields = connector().described("Contact", answers).unwrap();
    let found = by_name(&fields);
    let field = |name: &str, label: Option<&str>, kind: CrmFieldKind, is_custom: bool, is_writable: bool| {
        assert_eq!(*found[name], CrmField { name: name.to_owned(), label: label.map(str::to_owned), kind, is_custom, is_writable });
    };
    let text = |width| CrmFieldKind::Text(Some(width));
    field("firstName", Some("First Name"), text(100), false, true);
    field("cDialerStatus", Some("Dialer Status"), text(20), true, true);
    field("cCallCount", Some("Call Count"), CrmFieldKind::Number, true, true);
    field("cLastCalledAt", Some("Last Called At"), CrmFieldKind::Moment, true, true);
    field("addressStreet", Some("Street"), text(255), false, true);
    field("name", Some("Name"), CrmFieldKind::Text(None), false, false);
    field("doNotCall", Some("Do Not Call"), CrmFieldKind::Flag, false, true);
    let salutations = ["Mr.", "Ms.", "Mrs.", "Dr."].map(str::to_owned).to_vec();
    field("salutationName", Some("Salutation"), CrmFieldKind::Choice(salutations), false, true);
    // A link is an id and a name.
    field("accountId", Some("Account"), CrmFieldKind::Link, false, true);
    field("accountName", Some("Account"), CrmFieldKind::Text(None), false, false);
    field("createdById", Some("Created By"), CrmFieldKind::Link, false, false);
    // What the connector never writes, and what EspoCRM sets by itself.
    field("phoneNumber", Some("Phone"), CrmFieldKind::Phone, false, false);
    field("modifiedAt", Some("Modified At"), CrmFieldKind::Moment, false, false);
    field("phones", None, CrmFieldKind::Phone, false, false);
    for name in ["account", "address", "addressMap", "accountAnyId", "accountRole", "targetList", "targetListsIds", "acceptanceStatus"] {
        assert!(!found.contains_key(name), "records show no {name}");
    }
}

#[test]
fn what_a_role_forbids_is_left_out_or_cannot_be_set() {
    let recorded = recorded();
    // As the real one told it of a role that hides the account and the plan, and lets the title and the phone be read only.
    let no = json!({"attributes": {
        "read": {"yes": ["title"], "no": ["accountId", "accountName", "cPlan"]},
        "edit": {"yes": [], "no": ["title", "phoneNumber", "phoneNumberData", "accountId", "accountName", "cPlan"]}}});
    let rights = json!({"acl": {"fieldTableQuickAccess": {"Contact": no}}});
    let answers = Described { fields: &recorded["Contact"], labels: None, rights: Some(&rights) };
    let fields = connector().described("Contact", answers).unwrap();
    let found = by_name(&fields);
    assert!(!found.contains_key("cPlan") && !found.contains_key("accountId") && !found.contains_key("accountName"));
    assert!(!found["title"].is_writable && found["firstName"].is_writable);
}

#[tokio::test]
async fn the_emulated_one_is_described_as_it_is() {
    let options = Options { fields: vec![CustomField::new(Entity::Contact, "cPlan", Holds::Varchar(40))], ..Options::default() };
    let server = Server::start(options).await.unwrap();
    server.with_world(|world| world.insert_contact(json!({"lastName": "Testerman"})));
    let crm = Crm::new(settings(&server.url(), &[])).unwrap();
    let fields = crm.describe("Contact").await.unwrap();
    let found = by_name(&fields);
    assert_eq!(found["cPlan"].kind, CrmFieldKind::Text(Some(40)));
    assert_eq!((found["cPlan"].label.as_deref(), found["cPlan"].is_custom), (Some("Plan"), true));
    // Whatever is described is shown, and what is shown and not described is of no use to a mapping.
    let record = server.contacts().remove(0);
    for field in fields.iter().filter(|field| field.name != "phones") {
        assert!(record.get(&field.name).is_some(), "no record shows {}", field.name);
    }
    let rest: Vec<&String> = record.as_object().unwrap().keys().filter(|name| !found.contains_key(name.as_str())).collect();
    assert_eq!(rest, ["id", "deleted", "accountsColumns", "isFollowed", "followersIds", "followersNames"]);
    server.with_world(|world| world.hide_attribute("cPlan"));
    assert!(crm.describe("Contact").await.unwrap().iter().all(|field| field.name != "cPlan"));
    server.with_world(|world| world.deny(Entity::Contact, "read"));
    let fault = crm.describe("Contact").await.unwrap_err();
    assert!(fault.help.as_ref().is_some_and(|help| help.contains("may read Contact")), "{fault:?}");
}

#[tokio::test]
async fn an_answer_without_a_description_is_a_fault() {
    for answer in [json!({"fields": []}), json!({"Contact": 5}), json!({"rows": "no"})] {
        let text = include_str!("sound.toml").replace("Person", "Contact");
        let (connector, _) = Connector::parse("sound.toml", &text).unwrap();
        let stub = Stub::start(vec![ok(answer)]).await;
        let mut settings = settings(&stub.url, &[]);
        settings.page_size = 100;
        settings.secrets = BTreeMap::from([("token".to_owned(), "x".into())]);
        let crm = Crm::new(vicisync::crm::Settings { connector, ..settings }).unwrap();
        let fault = crm.describe("Contact").await.unwrap_err();
        assert_eq!((fault.code, fault.reach), ("not_an_answer", Reach::Connection));
    }
}

/// The fields that a description comes to, with this `[describe]` in a connector for `object`.
fn described(object: &str, describe: &str, answer: &Json) -> Vec<CrmField> {
    let sound = include_str!("sound.toml").replace("Person", object);
    let text = format!("{}{describe}", sound.split("[describe]").next().unwrap());
    let (connector, _) = Connector::parse("a.toml", &text).unwrap();
    connector.described(object, Described { fields: answer, labels: None, rights: None }).unwrap()
}

fn told(field: &CrmField) -> (&str, Option<&str>, &CrmFieldKind, bool, bool) {
    (&field.name, field.label.as_deref(), &field.kind, field.is_custom, field.is_writable)
}

#[test]
fn hubspots_properties() {
    let describe = r#"
[describe]
request = { method = "GET", path = "/crm/v3/properties/${object}" }
rows = "results"
name = "name"
label = "label"
type = "type"
options = "options[?hidden!=true].value"
standard = ["hubspotDefined"]
read_only = ["modificationMetadata.readOnlyValue", "calculated"]
left_out = ["hidden"]
[describe.types]
string = "text"
number = "number"
bool = "flag"
date = "date"
datetime = "moment"
enumeration = "choice"
phone_number = "phone"
"#;
    let answer = json!({"results": [
        {"name": "firstname", "label": "First Name", "type": "string", "fieldType": "text", "options": [], "hidden": false,
            "hubspotDefined": true, "calculated": false, "modificationMetadata": {"readOnlyValue": false}},
        {"name": "tier", "label": "Tier", "type": "enumeration", "fieldType": "select", "hidden": false, "options": [
            {"label": "Gold", "value": "gold", "hidden": false}, {"label": "Old", "value": "old", "hidden": true}],
            "modificationMetadata": {"readOnlyValue": false}},
        {"name": "lastmodifieddate", "label": "Last Modified", "type": "datetime", "hubspotDefined": true,
            "modificationMetadata": {"readOnlyValue": true}},
        {"name": "hs_secret", "label": "Internal", "type": "string", "hidden": true},
        {"name": "hs_json", "label": "Odd", "type": "json", "hubspotDefined": true}]});
    let fields = described("contacts", describe, &answer);
    let expected = [
        ("firstname", Some("First Name"), &CrmFieldKind::Text(None), false, true),
        ("tier", Some("Tier"), &CrmFieldKind::Choice(vec!["gold".to_owned()]), true, true),
        ("lastmodifieddate", Some("Last Modified"), &CrmFieldKind::Moment, false, false),
        ("hs_json", Some("Odd"), &CrmFieldKind::Other("json".to_owned()), false, true),
    ];
    assert_eq!(fields.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn salesforces_describe() {
    let describe = r#"
[describe]
request = { method = "GET", path = "/sobjects/${object}/describe" }
rows = "fields"
name = "name"
label = "label"
type = "type"
width = "length"
options = "picklistValues[?active==true].value"
custom = ["custom"]
writable = ["updateable"]
left_out = ["deprecatedAndHidden"]
[describe.types]
id = "text"
string = "text"
textarea = "text"
picklist = "choice"
multipicklist = "choices"
reference = "link"
boolean = "flag"
double = "number"
int = "number"
date = "date"
datetime = "moment"
phone = "phone"
email = "email"
address = "none"
"#;
    let row = |name: &str, kind: &str, length: u64, custom: bool, updateable: bool| {
        json!({"name": name, "label": name, "type": kind, "length": length, "custom": custom, "updateable": updateable,
            "deprecatedAndHidden": false, "picklistValues": [{"active": true, "label": "A", "value": "a"}, {"active": false, "value": "b"}]})
    };
    let answer = json!({"name": "Contact", "fields": [row("LastName", "string", 80, false, true), row("MailingAddress", "address", 0, false, false),
        row("Plan__c", "picklist", 255, true, true), row("AccountId", "reference", 18, false, true), row("Name", "string", 121, false, false)]});
    let fields = described("Contact", describe, &answer);
    let choice = CrmFieldKind::Choice(vec!["a".to_owned()]);
    let expected = [
        ("LastName", Some("LastName"), &CrmFieldKind::Text(Some(80)), false, true),
        ("Plan__c", Some("Plan__c"), &choice, true, true),
        ("AccountId", Some("AccountId"), &CrmFieldKind::Link, false, true),
        ("Name", Some("Name"), &CrmFieldKind::Text(Some(121)), false, false),
    ];
    assert_eq!(fields.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn frappes_doctype() {
    let describe = r#"
[describe]
request = { method = "GET", path = "/method/frappe.desk.form.load.getdoctype", query = { doctype = "${object}" } }
rows = "docs[?name=='${object}'].fields"
name = "fieldname"
label = "label"
type = "fieldtype"
width = "length"
options = "options"
custom = ["is_custom_field"]
read_only = ["read_only", "is_virtual"]
left_out = ["hidden"]
[describe.types]
Data = { kind = "text", width = 140 }
"Small Text" = "text"
Select = "choice"
Check = "flag"
Int = "number"
Date = "date"
Datetime = "moment"
Phone = "phone"
Link = "link"
Table = "none"
"Section Break" = "none"
"Column Break" = "none"
"#;
    let answer = json!({"docs": [
        {"name": "Contact Phone", "fields": [{"fieldname": "phone", "fieldtype": "Data"}]},
        {"name": "Contact", "fields": [
            {"fieldname": "sb_01", "fieldtype": "Section Break"},
            {"fieldname": "first_name", "label": "First Name", "fieldtype": "Data", "length": 0, "read_only": 0, "hidden": 0},
            {"fieldname": "salutation", "label": "Salutation", "fieldtype": "Link", "options": "Salutation", "read_only": 0},
            {"fieldname": "status", "label": "Status", "fieldtype": "Select", "options": "Passive\nOpen\n\nReplied", "length": 0},
            {"fieldname": "dialer", "label": "Dialer", "fieldtype": "Data", "length": 20, "is_custom_field": 1, "read_only": 1},
            {"fieldname": "phone_nos", "label": "Numbers", "fieldtype": "Table", "options": "Contact Phone"}]}]});
    let fields = described("Contact", describe, &answer);
    let choice = CrmFieldKind::Choice(["Passive", "Open", "Replied"].map(str::to_owned).to_vec());
    let expected = [
        ("first_name", Some("First Name"), &CrmFieldKind::Text(Some(140)), false, true),
        ("salutation", Some("Salutation"), &CrmFieldKind::Link, false, true),
        ("status", Some("Status"), &choice, false, true),
        ("dialer", Some("Dialer"), &CrmFieldKind::Text(Some(20)), true, false),
    ];
    assert_eq!(fields.iter().map(told).collect::<Vec<_>>(), expected);
}
