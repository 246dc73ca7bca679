//! The description of fields, of their labels and of what a user may see of them: `GET /Metadata`, `GET /I18n`, `GET /App/user`.
//!
//! Fields are not attributes: `account` is `accountId` and `accountName` in records, and some fields are in none. Contacts are described as the real
//! server does it (8.4.2: types, widths, flags); other record types by their attributes. A record type that the user may not read is left out, and
//! the answer is empty then.

use serde_json::{Value, json};

use super::attribute::{Attribute, Kind};
use super::login::Actor;
use super::schema::{ENTITIES, Entity};
use super::wire::{Object, Outcome};
use super::world::World;

/// Fields of contacts: name, type with its width, flags. The line `*` is where custom fields stand.
const CONTACT: &str = "
name personName isPersonalData
salutationName enum
firstName varchar:100
lastName varchar:100 required
accountAnyId varchar notStorable utility orderDisabled
title varchar:100 notStorable
description text
emailAddress email isPersonalData
phoneNumber phone
doNotCall bool
address address isPersonalData
addressStreet text:255
addressCity varchar:100
addressState varchar:100
addressCountry varchar:100
addressPostalCode varchar:40
account link
accounts linkMultiple
accountRole varchar notStorable orderDisabled
accountIsInactive bool notStorable
accountType foreign readOnly
opportunityRole enum notStorable orderDisabled
acceptanceStatus varchar notStorable utility orderDisabled
acceptanceStatusMeetings enum notStorable orderDisabled
acceptanceStatusCalls enum notStorable orderDisabled
campaign link
createdAt datetime readOnly
modifiedAt datetime readOnly
createdBy link readOnly
modifiedBy link readOnly
assignedUser link
teams linkMultiple
targetLists linkMultiple noLoad
targetList link notStorable directAccessDisabled orderDisabled
portalUser linkOne readOnly notStorable
hasPortalUser bool readOnly notStorable
originalLead linkOne readOnly
targetListIsOptedOut bool readOnly notStorable utility orderDisabled
originalEmail link notStorable directAccessDisabled orderDisabled
*
middleName varchar:100
emailAddressIsOptedOut bool notStorable
emailAddressIsInvalid bool notStorable
phoneNumberIsOptedOut bool notStorable
phoneNumberIsInvalid bool notStorable
addressMap map readOnly notStorable orderDisabled
";

/// What people see in place of a field's name: words of contacts, then words of all record types.
const CONTACT_LABELS: &str = "
name=Name
emailAddress=Email
title=Account Title
account=Account
accounts=Accounts
phoneNumber=Phone
accountType=Account Type
doNotCall=Do Not Call
address=Address
opportunityRole=Opportunity Role
accountRole=Title
description=Description
campaign=Campaign
targetLists=Target Lists
targetList=Target List
portalUser=Portal User
hasPortalUser=Has Portal User
originalLead=Original Lead
acceptanceStatus=Acceptance Status
accountIsInactive=Account Inactive
acceptanceStatusMeetings=Acceptance Status (Meetings)
acceptanceStatusCalls=Acceptance Status (Calls)
originalEmail=Original Email
";
const LABELS: &str = "
name=Name
firstName=First Name
lastName=Last Name
middleName=Middle Name
salutationName=Salutation
assignedUser=Assigned User
emailAddress=Email
emailAddressIsOptedOut=Email Address is Opted-Out
emailAddressIsInvalid=Email Address is Invalid
teams=Teams
createdAt=Created At
modifiedAt=Modified At
createdBy=Created By
modifiedBy=Modified By
description=Description
address=Address
phoneNumber=Phone
phoneNumberIsOptedOut=Phone Number is Opted-Out
phoneNumberIsInvalid=Phone Number is Invalid
targetListIsOptedOut=Is Opted Out (Target List)
addressCity=City
addressStreet=Street
addressCountry=Country
addressState=State
addressPostalCode=Postal Code
addressMap=Map
";

impl World {
    /// `GET /Metadata`: only the definitions of fields are modelled, whole or by a dotted key. Nothing, not even null, where the key leads nowhere.
    pub(super) fn metadata(&self, actor: &Actor, key: &str) -> Outcome {
        let mut all = json!({"entityDefs": {}});
        for entity in ENTITIES.into_iter().filter(|entity| self.may(actor, *entity, "read")) {
            all["entityDefs"][entity.name()] = json!({"fields": self.fields(entity)});
        }
        let pointer: String = key.split('.').filter(|part| !part.is_empty()).fold(String::new(), |pointer, part| pointer + "/" + part);
        Ok(all.pointer(&pointer).cloned().unwrap_or_default())
    }

    fn fields(&self, entity: Entity) -> Object {
        let schema = self.schema(entity);
        let mut fields = Object::new();
        if entity != Entity::Contact {
            fields.extend(schema.iter().map(|attribute| (attribute.field().to_owned(), definition(attribute))));
            return fields;
        }
        for line in CONTACT.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line == "*" {
                let custom = schema.iter().filter(|attribute| attribute.is_custom);
                fields.extend(custom.map(|attribute| (attribute.name.clone(), definition(attribute))));
            } else {
                let (name, mut shown) = described(line);
                match name {
                    "salutationName" => shown["options"] = json!(["", "Mr.", "Ms.", "Mrs.", "Dr."]),
                    "opportunityRole" => shown["options"] = json!(["", "Decision Maker", "Evaluator", "Influencer"]),
                    "phoneNumber" => {
                        shown["typeList"] = json!(["Mobile", "Office", "Home", "Fax", "Other"]);
                        shown["defaultType"] = json!("Mobile");
                        shown["isPersonalData"] = json!(true);
                    }
                    _ => {}
                }
                fields.insert(name.to_owned(), shown);
            }
        }
        fields
    }

    /// `GET /I18n`: labels of contacts' fields, and those that all record types share.
    pub(super) fn words(&self) -> Value {
        let mut contact = labels(CONTACT_LABELS);
        let schema = self.schema(Entity::Contact);
        contact.extend(
            schema.iter().filter(|attribute| attribute.is_custom).map(|attribute| (attribute.name.clone(), label(&attribute.name))),
        );
        json!({"Contact": {"fields": contact}, "Global": {"fields": labels(LABELS)}})
    }

    /// `GET /App/user`: who is logged in, and what the roles keep from him.
    pub(super) fn own_user(&self, actor: &Actor) -> Outcome {
        let row = self.row(Entity::User, &actor.id);
        let mut user = row.map(|row| self.read_view(row)).unwrap_or_default();
        user.retain(|name, _| name != "apiKey" && name != "secretKey");
        let mut access = Object::new();
        for entity in ENTITIES {
            let hidden: Vec<&str> = self.hidden.iter().filter(|(of, _)| *of == entity).map(|(_, name)| name.as_str()).collect();
            let of = |names: &[&str]| json!({"read": {"yes": [], "no": names}, "edit": {"yes": [], "no": names}});
            access.insert(entity.name().to_owned(), json!({"attributes": of(&hidden), "fields": of(&hidden)}));
        }
        let mut table = Object::new();
        for entity in ENTITIES {
            let word = if self.may(actor, entity, "create") { "yes" } else { "no" };
            table.insert(entity.name().to_owned(), json!({"create": word}));
        }
        Ok(json!({"user": user, "acl": {"table": table, "fieldTableQuickAccess": access}, "settings": self.settings()}))
    }

    /// Hides an attribute of contacts from whoever is no administrator, as a role does that forbids its field. One-to-one fields only: text, numbers, flags.
    pub fn hide_attribute(&mut self, name: &str) {
        self.hidden.insert((Entity::Contact, name.to_owned()));
    }

    /// What the roles leave of a record.
    pub(super) fn without_hidden(&self, actor: &Actor, entity: Entity, shown: &mut Object) {
        if !actor.is_admin && !self.hidden.is_empty() {
            shown.retain(|name, _| !self.hidden.contains(&(entity, name.clone())));
        }
    }
}

/// A line of the table.
fn described(line: &str) -> (&str, Value) {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let (kind, width) = words
        .next()
        .and_then(|word| word.split_once(':'))
        .map_or((line.split(' ').nth(1), None), |(kind, width)| (Some(kind), width.parse::<u64>().ok()));
    let mut shown = json!({"type": kind});
    if let Some(width) = width {
        shown["maxLength"] = json!(width);
    }
    for flag in words {
        shown[flag] = json!(true);
    }
    (name, shown)
}

fn labels(text: &str) -> Object {
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, label)| (name.to_owned(), json!(label))).collect()
}

/// `cDialerStatus` is `Dialer Status`.
fn label(name: &str) -> Value {
    let mut label = String::new();
    for letter in name.chars().skip(1) {
        if letter.is_uppercase() && !label.is_empty() {
            label.push(' ');
        }
        label.push(letter);
    }
    json!(label)
}

/// A field as the metadata tell it.
pub(super) fn definition(attribute: &Attribute) -> Value {
    let mut shown = match &attribute.kind {
        Kind::Varchar(length) | Kind::Title(length) => {
            json!({"type": "varchar", "maxLength": length})
        }
        Kind::Text => json!({"type": "text"}),
        Kind::Int | Kind::Duration => json!({"type": "int"}),
        Kind::Bool | Kind::Deleted | Kind::Flag => json!({"type": "bool"}),
        Kind::Datetime | Kind::Stamp => json!({"type": "datetime"}),
        Kind::Enum(options) => json!({"type": "enum", "options": options}),
        Kind::Link(_) => json!({"type": "link"}),
        Kind::Parent => json!({"type": "linkParent"}),
        Kind::Ids(_) | Kind::Roles => json!({"type": "linkMultiple"}),
        Kind::Person => json!({"type": "personName"}),
        Kind::Email | Kind::Data if attribute.name.starts_with("email") => json!({"type": "email"}),
        Kind::Email | Kind::Phone | Kind::Data => json!({"type": "phone",
            "typeList": ["Mobile", "Office", "Home", "Fax", "Other"],
            "defaultType": "Mobile", "isPersonalData": true}),
        Kind::Id => json!({"type": "id"}),
        Kind::Account | Kind::Auto | Kind::LinkName(_) | Kind::Multi | Kind::PhoneMap | Kind::Fixed => {
            json!({"type": "foreign"})
        }
    };
    if attribute.is_required {
        shown["required"] = json!(true);
    }
    if attribute.is_custom {
        shown["isCustom"] = json!(true);
    }
    shown
}
