//! What is asked of VICIdial: page, function and parameters, in the order they are sent. Pure; who asks and how it travels stands in `client`.
//!
//! Values go through [`Forms::wire`] first. Traps that are met here: the last parameter of a POST is pasted into a log
//! statement and must be harmless (`zz=1`); `dnc_check` works in capitals only; `--BLANK--` clears on update and is stored
//! literally on insert; `list_id` does not move a lead, `list_id_field` does.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::stored::Forms;
use crate::model::{CampaignId, FieldName, Intake, Lead, LeadChange, LeadField, LeadId, ListId, Phone, TzMethod, VendorLeadCode};

/// A page of VICIdial's web tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `non_agent_api.php`: credentials in the body.
    Api,
    /// `list_download.php`: HTTP Basic, like all that follow.
    ListDownload,
    /// `call_report_export.php`.
    CallReport,
    /// `lead_report_export.php`.
    LeadReport,
    /// `callbacks_export.php`.
    CallbacksExport,
}

impl Page {
    const ALL: [Self; 5] = [Self::Api, Self::ListDownload, Self::CallReport, Self::LeadReport, Self::CallbacksExport];

    /// Its file name under `/vicidial/`.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Api => "non_agent_api.php",
            Self::ListDownload => "list_download.php",
            Self::CallReport => "call_report_export.php",
            Self::LeadReport => "lead_report_export.php",
            Self::CallbacksExport => "callbacks_export.php",
        }
    }

    /// The page that a path ends in.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| path.rsplit('/').next() == Some(page.file()))
    }
}

/// One request, credentials and `zz` left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The page.
    pub page: Page,
    /// Parameters in order; `function` is the first of an API call.
    pub params: Vec<(String, String)>,
}

impl Ask {
    /// A call of an API function.
    #[must_use]
    pub fn api(function: &str) -> Self {
        Self { page: Page::Api, params: vec![("function".to_owned(), function.to_owned())] }
    }

    /// A request to an export page.
    #[must_use]
    pub fn page(page: Page) -> Self {
        Self { page, params: Vec::new() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.push((name.to_owned(), value.into()));
        self
    }

    /// A parameter's value; empty where it is not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.params.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// The API function, or the page's file name.
    #[must_use]
    pub fn function(&self) -> &str {
        match self.page {
            Page::Api => self.get("function"),
            page @ (Page::ListDownload | Page::CallReport | Page::LeadReport | Page::CallbacksExport) => page.file(),
        }
    }

    /// Whether it is meant to change something. `no_update=Y` makes a look of an update.
    #[must_use]
    pub fn is_write(&self) -> bool {
        let function = self.function();
        self.page == Page::Api
            && self.get("no_update") != "Y"
            && (["add_", "update_", "delete_", "batch_"].iter().any(|start| function.starts_with(start)) || function == "lead_dearchive")
    }

    /// Whether a parameter is sent as an array. PHP stops at such a one before the API does anything.
    #[must_use]
    pub fn has_array(&self) -> bool {
        self.page == Page::Api && self.params.iter().any(|(name, _)| name.ends_with(']'))
    }
}

/// `add_lead` with everything that VICIdial checks for us. Standard fields only: custom ones are lost by this function.
///
/// The dialer looks at nothing more once a lead is in the hopper, so none enters it without the campaign whose do-not-call list is checked.
#[must_use]
pub fn add_lead(forms: Forms, code: &VendorLeadCode, lead: &Lead, campaign: Option<&CampaignId>, intake: Intake) -> Ask {
    let mut ask = Ask::api("add_lead")
        .with("phone_number", forms.wire(&FieldName::Standard(LeadField::PhoneNumber), &lead.phone.number))
        .with("phone_code", forms.wire(&FieldName::Standard(LeadField::PhoneCode), &lead.phone.code))
        .with("list_id", lead.list_id.to_string())
        .with("vendor_lead_code", code.as_str())
        .with("list_exists_check", "Y")
        .with("dnc_check", "Y");
    if let Some(campaign) = campaign {
        ask = ask.with("campaign_dnc_check", "Y").with("campaign_id", campaign.as_str());
    }
    for (field, text) in lead.fields.iter() {
        let (FieldName::Standard(standard), wire) = (field, forms.wire(field, text)) else { continue };
        // Empty and missing are the same on insert.
        if !wire.is_empty() && !is_phone(*standard) {
            ask = ask.with(standard.name(), wire);
        }
    }
    if let Some(word) = intake.tz_method.word() {
        ask = ask.with("tz_method", word);
    }
    if let (Some(hopper), Some(_)) = (intake.hopper, campaign) {
        ask = ask.with("add_to_hopper", "Y").with("hopper_priority", hopper.priority.to_string());
        if hopper.checks_local_time {
            ask = ask.with("hopper_local_call_time_check", "Y");
        }
    }
    ask
}

/// `update_lead` by lead id. `offset` is sent with what it goes by, since VICIdial does not compute it again.
#[must_use]
pub fn update_lead(forms: Forms, lead: LeadId, change: &LeadChange, offset: Option<&str>) -> Ask {
    let mut ask = Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", lead.to_string());
    ask.params.extend(changes(forms, change, offset));
    ask
}

fn changes(forms: Forms, change: &LeadChange, offset: Option<&str>) -> Vec<(String, String)> {
    let mut ask = Ask { page: Page::Api, params: Vec::new() };
    if let Some(list) = change.list_id {
        ask = ask.with("list_id_field", list.to_string()).with("list_exists_check", "Y");
    }
    if let Some(status) = &change.status {
        ask = ask.with("status", if status.is_empty() { "--BLANK--" } else { status });
    }
    if let Some(code) = &change.code {
        ask = ask.with("vendor_lead_code", code.as_str());
    }
    for (field, text) in &change.fields {
        let FieldName::Standard(standard) = field else { continue };
        let wire = forms.wire(field, text);
        if is_phone(*standard) && wire.is_empty() {
            continue; // The digit filter leaves nothing of `--BLANK--`: a phone cannot be cleared.
        }
        ask = ask.with(standard.name(), if wire.is_empty() { clearing(*standard).to_owned() } else { wire });
        if *standard == LeadField::PhoneNumber {
            ask = ask.with("update_phone_number", "Y");
        }
    }
    if let Some(offset) = offset {
        ask = ask.with("gmt_offset_now", offset);
    }
    ask.params
}

/// `batch_update_lead`: the same values for many leads. A phone is left out: this function does not take one.
#[must_use]
pub fn update_leads(forms: Forms, leads: &[LeadId], change: &LeadChange) -> Ask {
    // A comma at the end breaks the statement on the server.
    let ids: Vec<String> = leads.iter().collect::<BTreeSet<_>>().into_iter().map(LeadId::to_string).collect();
    let mut ask = Ask::api("batch_update_lead").with("lead_ids", ids.join(",")).with("records", ids.len().to_string());
    ask.params.extend(changes(forms, change, None).into_iter().filter(|(name, _)| !name.contains("phone_")));
    ask
}

/// The phone that a change sets, if it sets one.
#[must_use]
pub fn phone_of(change: &LeadChange) -> Option<Phone> {
    let number = change.fields.get(&FieldName::Standard(LeadField::PhoneNumber))?;
    let code = change.fields.get(&FieldName::Standard(LeadField::PhoneCode)).map_or("1", String::as_str);
    Some(Phone { code: code.to_owned(), number: number.clone() })
}

/// `update_lead` with custom fields only. An empty value clears.
#[must_use]
pub fn set_custom(forms: Forms, lead: LeadId, values: &BTreeMap<String, String>) -> Ask {
    let ask = Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", lead.to_string()).with("custom_fields", "Y");
    values.iter().fold(ask, |ask, (label, text)| ask.with(label, forms.wire(&FieldName::Custom(label.clone()), text)))
}

/// Takes a lead out of the hopper.
#[must_use]
pub fn leave_hopper(lead: LeadId) -> Ask {
    Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", lead.to_string()).with("remove_from_hopper", "Y")
}

/// The same, and its scheduled callbacks removed: VICIdial puts those of ANYONE into the hopper whatever the lead's status. One request
/// does both; without either it answers so.
#[must_use]
pub fn leave_dialing(lead: LeadId) -> Ask {
    leave_hopper(lead).with("callback", "REMOVE")
}

/// Deletes a lead, and its row of custom fields where its list has such fields. Callbacks go with it, its place in the hopper does not.
#[must_use]
pub fn delete_lead(lead: LeadId) -> Ask {
    let ask = Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", lead.to_string());
    ask.with("custom_fields", "Y").with("delete_lead", "Y")
}

/// How many leads one `lead_search` may find. Its cut is silent, so it lies far above what is asked for.
pub const RECORDS_MAX: usize = 100_000;

/// `lead_search` for codes of ours.
#[must_use]
pub fn lead_search(codes: &[VendorLeadCode]) -> Ask {
    let keys: Vec<&str> = codes.iter().map(VendorLeadCode::as_str).collect();
    Ask::api("lead_search")
        .with("search_method", "VENDOR_LEAD_CODE")
        .with("vendor_lead_code", keys.join(","))
        .with("records", RECORDS_MAX.to_string())
}

/// One column of one lead.
#[must_use]
pub fn lead_field(lead: LeadId, name: &str, is_custom: bool) -> Ask {
    let ask = Ask::api("lead_field_info").with("lead_id", lead.to_string()).with("field_name", name);
    if is_custom { ask.with("custom_fields", "Y") } else { ask }
}

/// The same read of archived leads.
#[must_use]
pub fn in_archive(ask: Ask) -> Ask {
    ask.with("archived_lead", "Y")
}

/// All columns of one lead at once. With custom ones VICIdial fails where the lead never had custom data.
#[must_use]
pub fn lead_all_info(lead: LeadId, with_custom: bool) -> Ask {
    // Tabs, since texts hold pipes and commas; the header, since it names the custom columns.
    let ask = Ask::api("lead_all_info").with("lead_id", lead.to_string()).with("stage", "tab").with("header", "YES");
    if with_custom { ask.with("custom_fields", "Y") } else { ask }
}

/// How many leads a list has.
#[must_use]
pub fn lead_count(list: ListId) -> Ask {
    Ask::api("list_info").with("list_id", list.to_string()).with("leads_counts", "Y")
}

/// The time-zone offset that VICIdial would give a number by its area code. `24hours` is a call time of every install.
#[must_use]
pub fn check_phone(phone: &Phone) -> Ask {
    Ask::api("check_phone_number")
        .with("phone_number", phone.number.clone())
        .with("phone_code", phone.code.clone())
        .with("local_call_time", "24hours")
}

/// The same by a method, with the value of the field that it goes by; and by the area code, to which an add falls back.
#[must_use]
pub fn check_zone(phone: &Phone, method: TzMethod, beside: &str) -> Ask {
    let ask = check_phone(phone);
    let ask = match method.field() {
        Some(field) if !beside.is_empty() => ask.with(field.name(), beside),
        Some(_) | None => ask,
    };
    match method.word() {
        Some(word) => ask.with("tz_method", format!("AREACODE{word}")),
        None => ask,
    }
}

/// All leads of a list.
#[must_use]
pub fn list_download(list: ListId) -> Ask {
    Ask::page(Page::ListDownload).with("list_id", list.to_string())
}

/// All legs that started on one day between two hours, `last` included to its end.
///
/// One day at a time: whether the hours of a longer span bound every day or only its ends is nowhere written.
#[must_use]
pub fn call_report(day: NaiveDate, first: u32, last: u32, campaigns: &[CampaignId], groups: &[String]) -> Ask {
    let date = day.format("%Y-%m-%d").to_string();
    let mut ask = Ask::page(Page::CallReport)
        .with("run_export", "1")
        .with("query_date", date.clone())
        .with("end_date", date)
        .with("query_hour", format!("{first:02}"))
        .with("end_hour", format!("{last:02}"))
        .with("header_row", "YES")
        .with("rec_fields", "NONE")
        .with("custom_fields", "NO")
        .with("call_notes", "NO")
        .with("export_fields", "EXTENDED");
    for (name, values) in [
        ("campaign[]", campaigns.iter().map(CampaignId::as_str).collect::<Vec<_>>()),
        ("group[]", groups.iter().map(String::as_str).collect()),
    ] {
        if values.is_empty() {
            ask = ask.with(name, "--ALL--");
        }
        ask = values.into_iter().fold(ask, |ask, value| ask.with(name, value));
    }
    ["user_group[]", "list_id[]", "status[]"].into_iter().fold(ask, |ask, name| ask.with(name, "--ALL--"))
}

fn is_phone(field: LeadField) -> bool {
    matches!(field, LeadField::PhoneNumber | LeadField::PhoneCode)
}

/// What clears a field on update. Rank is filtered to digits, and gender would become a fourth, nameless value.
fn clearing(field: LeadField) -> &'static str {
    match field {
        LeadField::Rank => "0",
        LeadField::Gender => "U",
        LeadField::SourceId
        | LeadField::PhoneCode
        | LeadField::PhoneNumber
        | LeadField::Title
        | LeadField::FirstName
        | LeadField::MiddleInitial
        | LeadField::LastName
        | LeadField::Address1
        | LeadField::Address2
        | LeadField::Address3
        | LeadField::City
        | LeadField::State
        | LeadField::Province
        | LeadField::PostalCode
        | LeadField::CountryCode
        | LeadField::DateOfBirth
        | LeadField::AltPhone
        | LeadField::Email
        | LeadField::SecurityPhrase
        | LeadField::Comments
        | LeadField::Owner => "--BLANK--",
    }
}
