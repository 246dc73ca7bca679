//! What each kind of record has: its attributes in the order in which the server writes them.
//!
//! One table a record type, as text: name, kind, where it shows, default. Where it shows: `l` in lists, `a` in lists also
//! when not selected, `r` when one record is read, `c` always in the answer to a create (others only if they were set).
//! A `!` after the kind: required. The line `*` is where custom fields stand. Seen in recorded answers of 8.4.2.

use serde_json::Value;

use super::attribute::{Attribute, Kind};

/// A record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A person.
    Contact,
    /// A person not yet a contact.
    Lead,
    /// A company.
    Account,
    /// A call activity.
    Call,
    /// A user of the CRM.
    User,
    /// An entry of a record's stream.
    Note,
    /// A subscription to changes.
    Webhook,
    /// Who did what when.
    ActionHistoryRecord,
}

/// All record types.
pub(super) const ENTITIES: [Entity; 8] = [
    Entity::Contact,
    Entity::Lead,
    Entity::Account,
    Entity::Call,
    Entity::User,
    Entity::Note,
    Entity::Webhook,
    Entity::ActionHistoryRecord,
];

impl Entity {
    /// The name in paths and bodies.
    pub fn name(self) -> &'static str {
        match self {
            Entity::Contact => "Contact",
            Entity::Lead => "Lead",
            Entity::Account => "Account",
            Entity::Call => "Call",
            Entity::User => "User",
            Entity::Note => "Note",
            Entity::Webhook => "Webhook",
            Entity::ActionHistoryRecord => "ActionHistoryRecord",
        }
    }

    /// The record type of this name.
    pub(super) fn named(name: &str) -> Option<Entity> {
        ENTITIES.into_iter().find(|entity| entity.name() == name)
    }

    /// What lists are ordered by when the request does not say, newest first.
    pub(super) fn default_order(self) -> &'static str {
        match self {
            Entity::Call => "dateStart",
            Entity::Contact
            | Entity::Lead
            | Entity::Account
            | Entity::User
            | Entity::Note
            | Entity::Webhook
            | Entity::ActionHistoryRecord => "createdAt",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Entity::Contact => CONTACT,
            Entity::Lead => LEAD,
            Entity::Account => ACCOUNT,
            Entity::Call => CALL,
            Entity::User => USER,
            Entity::Note => NOTE,
            Entity::Webhook => WEBHOOK,
            Entity::ActionHistoryRecord => HISTORY,
        }
    }
}

/// The attributes of a record type, with the custom ones in their place.
pub(super) fn attributes(entity: Entity, custom: &[Attribute]) -> Vec<Attribute> {
    let mut all = Vec::new();
    for line in entity.table().lines().map(str::trim) {
        if line == "*" {
            all.extend(custom.iter().cloned());
        } else if !line.is_empty() {
            all.push(parse(line));
        }
    }
    all
}

fn parse(line: &str) -> Attribute {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (name, kind, shows, default) = (word(), word(), word(), word());
    Attribute {
        name: name.to_owned(),
        kind: Kind::parse(kind.trim_end_matches('!')),
        is_required: kind.ends_with('!'),
        in_list: shows.contains('l'),
        always_in_list: shows.contains('a'),
        in_read: shows.contains('r'),
        in_create: shows.contains('c'),
        default: serde_json::from_str(default.trim_start_matches('=')).unwrap_or(Value::Null),
        is_custom: false,
    }
}

const CONTACT: &str = "
id id lrc
name person lrc
deleted deleted lrc
salutationName enum:|Mr.|Ms.|Mrs.|Dr. lr
firstName varchar:100 lr
lastName varchar:100! lr
title title:100 lr
description text lr
emailAddress email lr
phoneNumber phone lr
doNotCall bool lrc =false
addressStreet varchar:255 lr
addressCity varchar:100 lr
addressState varchar:100 lr
addressCountry varchar:100 lr
addressPostalCode varchar:40 lr
accountIsInactive account larc =false
accountType account lr
createdAt stamp lrc
modifiedAt stamp lrc
hasPortalUser fixed lrc =false
targetListIsOptedOut fixed c =false
*
middleName varchar:100 lr
emailAddressIsOptedOut flag lrc =false
emailAddressIsInvalid flag lrc =false
phoneNumberIsOptedOut flag lrc =false
phoneNumberIsInvalid flag lrc =false
emailAddressData data rc
phoneNumberData data rc
accountId link:Account lar
accountName linkname:account larc
accountsIds multi rc
accountsNames multi rc
accountsColumns multi rc
campaignId fixed lr
campaignName fixed lrc
createdById auto larc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
assignedUserId link:User lar
assignedUserName linkname:assignedUser lrc
teamsIds fixed rc =[]
teamsNames fixed rc ={}
portalUserId fixed lr
portalUserName fixed lr
originalLeadId auto lr
originalLeadName linkname:originalLead lr
isFollowed fixed rc =false
followersIds fixed rc =[]
followersNames fixed rc ={}
";

const LEAD: &str = "
id id lrc
name person lrc
deleted deleted lrc
salutationName enum:|Mr.|Ms.|Mrs.|Dr. lr
firstName varchar:100 lr
lastName varchar:100 lr
title varchar:100 lr
status enum:New|Assigned|In\u{a0}Process|Converted|Recycled|Dead lrc =\"New\"
source enum:|Call|Email|Existing\u{a0}Customer|Partner|Public\u{a0}Relations|Web\u{a0}Site|Campaign|Other lr
industry varchar:100 lr
opportunityAmount int lr
website varchar:255 lr
addressStreet varchar:255 lr
addressCity varchar:100 lr
addressState varchar:100 lr
addressCountry varchar:100 lr
addressPostalCode varchar:40 lr
emailAddress email lr
phoneNumber phone lr
doNotCall bool lrc =false
description text lr
convertedAt stamp lr
createdAt stamp lrc
modifiedAt stamp lrc
accountName varchar:249 lr
targetListIsOptedOut fixed c =false
*
middleName varchar:100 lr
opportunityAmountCurrency fixed lr
emailAddressIsOptedOut flag lrc =false
emailAddressIsInvalid flag lrc =false
phoneNumberIsOptedOut flag lrc =false
phoneNumberIsInvalid flag lrc =false
opportunityAmountConverted fixed lr
emailAddressData data rc
phoneNumberData data rc
createdById auto larc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
assignedUserId link:User lar
assignedUserName linkname:assignedUser lrc
teamsIds fixed rc =[]
teamsNames fixed rc ={}
campaignId fixed lr
campaignName fixed lrc
createdAccountId auto lr
createdAccountName linkname:createdAccount lrc
createdContactId auto lr
createdContactName linkname:createdContact lrc
createdOpportunityId fixed lr
createdOpportunityName fixed lrc
isFollowed fixed rc =false
followersIds fixed rc =[]
followersNames fixed rc ={}
versionNumber auto lrc =1
";

const ACCOUNT: &str = "
id id lrc
name varchar:249! lrc
deleted deleted lrc
website varchar:255 lr
emailAddress email lr
phoneNumber phone lr
type varchar:100 lr
industry varchar:100 lr
sicCode varchar:40 lr
billingAddressStreet varchar:255 lr
billingAddressCity varchar:100 lr
billingAddressState varchar:100 lr
billingAddressCountry varchar:100 lr
billingAddressPostalCode varchar:40 lr
shippingAddressStreet varchar:255 lr
shippingAddressCity varchar:100 lr
shippingAddressState varchar:100 lr
shippingAddressCountry varchar:100 lr
shippingAddressPostalCode varchar:40 lr
description text lr
contactIsInactive fixed c =false
createdAt stamp lrc
modifiedAt stamp lrc
targetListIsOptedOut fixed c =false
*
emailAddressIsOptedOut flag lrc =false
emailAddressIsInvalid flag lrc =false
phoneNumberIsOptedOut flag lrc =false
phoneNumberIsInvalid flag lrc =false
emailAddressData data rc
phoneNumberData data rc
campaignId fixed lr
campaignName fixed lrc
createdById auto larc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
assignedUserId link:User lar
assignedUserName linkname:assignedUser lrc
teamsIds fixed rc =[]
teamsNames fixed rc ={}
originalLeadId auto lr
originalLeadName linkname:originalLead lr
isFollowed fixed rc =false
followersIds fixed rc =[]
followersNames fixed rc ={}
isStarred fixed rc =false
";

const CALL: &str = "
id id lrc
name varchar:255! lrc
deleted deleted lrc
status enum:Planned|Held|Not\u{a0}Held lrc =\"Planned\"
dateStart datetime! larc
dateEnd datetime! larc
duration duration lrc =300
reminders fixed rc =[]
direction enum:Outbound|Inbound lrc =\"Outbound\"
description text lr
acceptanceStatus fixed l =\"None\"
createdAt stamp lrc
modifiedAt stamp lrc
phoneNumbersMap phonemap rc
*
parentId parent lr
parentType varchar:100 lr
parentName linkname:parent larc
accountId auto lr
accountName linkname:account lrc
usersIds ids:User rc
usersNames multi rc
usersColumns multi rc
contactsIds ids:Contact rc
contactsNames multi rc
contactsColumns multi rc
leadsIds ids:Lead rc
leadsNames multi rc
leadsColumns multi rc
createdById auto larc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
assignedUserId link:User! lar
assignedUserName linkname:assignedUser lrc
teamsIds fixed rc =[]
teamsNames fixed rc ={}
";

const USER: &str = "
id id lrc
name person lrc
deleted deleted lrc
userName varchar:50! lr
type varchar:24 lr
authMethod varchar:24 lr
apiKey auto r
secretKey auto r
salutationName enum:|Mr.|Ms.|Mrs.|Dr. lr
firstName varchar:100 lr
lastName varchar:100 lrc
isActive bool lrc =true
title varchar:100 lr
emailAddress email lr
phoneNumber phone lr
avatarColor fixed lr
gender fixed lr
createdAt stamp lrc
modifiedAt stamp lrc
auth2FA fixed r
lastAccess auto lrc
targetListIsOptedOut fixed c =false
*
middleName varchar:100 lr
emailAddressIsOptedOut flag lrc =false
emailAddressIsInvalid flag lrc =false
phoneNumberIsOptedOut flag lrc =false
phoneNumberIsInvalid flag lrc =false
emailAddressData data rc
phoneNumberData data rc
defaultTeamId fixed lr
defaultTeamName fixed lrc
teamsIds fixed rc =[]
teamsNames fixed rc ={}
teamsColumns fixed rc ={}
rolesIds roles rc
rolesNames multi rc
portalsIds fixed rc =[]
portalsNames fixed rc ={}
portalRolesIds fixed rc =[]
portalRolesNames fixed rc ={}
contactId fixed lr
contactName fixed lrc
accountsIds fixed rc =[]
accountsNames fixed rc ={}
avatarId fixed lrc
avatarName fixed lrc
createdById auto lrc
createdByName linkname:createdBy lrc
dashboardTemplateId fixed r
dashboardTemplateName fixed rc
workingTimeCalendarId fixed r
workingTimeCalendarName fixed rc
layoutSetId fixed r
layoutSetName fixed rc
";

const NOTE: &str = "
id id lrc
deleted deleted lrc
post text lr
data fixed lrc ={}
type varchar:24 lrc
targetType fixed lr
number auto lr
isGlobal fixed lr =false
createdByGender fixed lr
isInternal bool lrc =false
isPinned fixed lr =false
createdAt stamp lrc
modifiedAt stamp lrc
parentId parent lrc
parentType varchar:100 lrc
parentName linkname:parent rc
relatedId fixed lr
relatedType fixed lr
relatedName fixed rc
attachmentsIds fixed lrc =[]
attachmentsNames fixed lrc ={}
createdById auto lrc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
superParentId fixed lr
superParentType fixed lr
attachmentsTypes fixed lrc ={}
";

const WEBHOOK: &str = "
id id lrc
deleted deleted lrc
event varchar:100! lrc
url varchar:512! lrc
isActive bool lrc =true
entityType auto lrc
type auto lrc
field auto lrc
secretKey auto rc
createdAt stamp lrc
modifiedAt stamp lrc
createdById auto larc
createdByName linkname:createdBy lrc
modifiedById auto lr
modifiedByName linkname:modifiedBy lrc
";

const HISTORY: &str = "
id id lr
deleted deleted lr
number auto lr
targetType auto lr
data fixed lr
action auto lr
createdAt stamp lr
userType auto lr
ipAddress auto lr
targetId auto lr
targetName auto lr
userId auto lr
userName auto lr
authTokenId fixed lr
authTokenName fixed lr
authLogRecordId auto lr
authLogRecordName auto lr
";
