//! Leads by code, among live or archived ones: searched for in the whole lead table while nobody dials, by their phones while somebody does.
//!
//! Codes have no index in VICIdial, so a search for them reads every lead, with the table locked meanwhile: 1,000 codes beside a million leads
//! took two seconds. Phones have one. By phone a lead is found if it still has the number that it was, or would be, added with; which
//! of the leads with that number is ours, its code says.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::call::{self, Ask, RECORDS_MAX};
use super::client::Vicidial;
use super::database::Database;
use super::load::CAP_MAX;
use super::reply::Outcome;
use super::{facts, trouble};
use crate::model::{FieldName, LeadField, LeadId, Phone, VendorLeadCode};
use crate::ports::{Effect, Fault, Reach, Sought};

/// Keys that one search asks for. A thousand codes took two seconds beside a million leads, with the table locked meanwhile.
const KEYS_MAX: usize = 500;
/// Leads of one number that are read one by one. A number that more have is a placeholder; whose lead is among them is seen when codes may be
/// searched for.
const SHARED_MAX: usize = 200;

/// Where leads are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the leads that VICIdial works with.
    Live,
    /// In the archive, a table of the same make.
    Archive,
}

impl Place {
    fn ask(self, ask: Ask) -> Ask {
        match self {
            Self::Live => ask,
            Self::Archive => call::in_archive(ask),
        }
    }

    /// The table's name.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Live => "vicidial_list",
            Self::Archive => "vicidial_list_archive",
        }
    }
}

/// What a search found, by what it asked for.
type Found<K> = BTreeMap<K, Vec<LeadId>>;

/// What a lead carries as its code.
enum Carries {
    /// A code, ours or another.
    Code(VendorLeadCode),
    /// None, or the lead is gone.
    Another,
    /// VICIdial does not show it.
    Hidden,
}

impl Vicidial {
    /// Leads by code. Where somebody dials, a code without a phone is not looked for and has no entry, nor has one whose number a lead has that
    /// VICIdial does not show.
    pub(super) async fn look_for(&self, sought: &[Sought]) -> Result<Found<VendorLeadCode>, Fault> {
        self.look_in(Place::Live, sought, self.database.as_ref()).await
    }

    /// The same in one place, by SQL where there is a database that holds it.
    pub(super) async fn look_in(
        &self,
        place: Place,
        sought: &[Sought],
        database: Option<&Database>,
    ) -> Result<Found<VendorLeadCode>, Fault> {
        if sought.is_empty() {
            return Ok(BTreeMap::new());
        }
        if self.is_staffed().await? {
            let phones: BTreeMap<VendorLeadCode, String> =
                sought.iter().filter_map(|sought| Some((sought.code.clone(), self.stored_phone(sought.phone.as_ref()?)?))).collect();
            return match database {
                Some(database) => database.by_phone(place, &phones).await,
                None => self.search_phones(place, &phones).await,
            };
        }
        let codes: Vec<VendorLeadCode> = sought.iter().map(|sought| sought.code.clone()).collect();
        match database {
            Some(database) => database.by_code(place, &codes).await,
            None => self.search_codes(place, &codes).await,
        }
    }

    /// Leads by their numbers. A number that too many leads have has no entry.
    pub(super) async fn look_for_phones(&self, phones: &[Phone]) -> Result<Found<Phone>, Fault> {
        let stored: Vec<(&Phone, String)> = phones.iter().filter_map(|phone| Some((phone, self.stored_phone(phone)?))).collect();
        let numbers: Vec<&str> = stored.iter().map(|(_, number)| number.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
        let mut found: Found<String> = BTreeMap::new();
        match &self.database {
            Some(database) => found = database.leads_by_number(&numbers).await?,
            None => {
                for batch in numbers.chunks(KEYS_MAX) {
                    found.extend(self.search(&by_phone(batch), batch).await?);
                }
            }
        }
        let leads = |number: &String| found.get(number).cloned().unwrap_or_default();
        let each = stored.into_iter().map(|(phone, number)| (phone.clone(), leads(&number)));
        Ok(each.filter(|(_, leads)| leads.len() <= SHARED_MAX).collect())
    }

    /// The number as VICIdial keeps it; `None` where nothing would be left of it.
    fn stored_phone(&self, phone: &Phone) -> Option<String> {
        let field = FieldName::Standard(LeadField::PhoneNumber);
        let wire = self.forms.wire(&field, &phone.number);
        Some(self.forms.shown(&field, &wire)).filter(|number| !number.is_empty())
    }

    async fn search_codes(&self, place: Place, codes: &[VendorLeadCode]) -> Result<Found<VendorLeadCode>, Fault> {
        let unique: Vec<VendorLeadCode> = codes.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
        let mut all = BTreeMap::new();
        for batch in unique.chunks(KEYS_MAX) {
            let keys: Vec<&str> = batch.iter().map(VendorLeadCode::as_str).collect();
            let mut found = self.search(&place.ask(call::lead_search(batch)), &keys).await?;
            all.extend(batch.iter().map(|code| (code.clone(), found.remove(code.as_str()).unwrap_or_default())));
        }
        Ok(all)
    }

    /// By the numbers, which have an index; then the codes of the few that were found, by their ids.
    async fn search_phones(&self, place: Place, phones: &BTreeMap<VendorLeadCode, String>) -> Result<Found<VendorLeadCode>, Fault> {
        let numbers: Vec<&str> = phones.values().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
        let mut by_number: Found<String> = BTreeMap::new();
        for batch in numbers.chunks(KEYS_MAX) {
            by_number.extend(self.search(&place.ask(by_phone(batch)), batch).await?);
        }
        let leads: BTreeSet<LeadId> = by_number.values().filter(|leads| leads.len() <= SHARED_MAX).flatten().copied().collect();
        let carried: Vec<(LeadId, Carries)> = stream::iter(leads)
            .map(|lead| async move { Ok((lead, self.carries(place, lead).await?)) })
            .buffer_unordered(CAP_MAX)
            .try_collect()
            .await?;
        let mut all: Found<VendorLeadCode> = phones.keys().map(|code| (code.clone(), Vec::new())).collect();
        let mut hidden = BTreeSet::new();
        for (lead, carries) in carried {
            match carries {
                Carries::Code(code) => {
                    if let Some(leads) = all.get_mut(&code) {
                        leads.push(lead);
                    }
                }
                Carries::Another => {}
                Carries::Hidden => {
                    hidden.insert(lead);
                }
            }
        }
        // A lead that is hidden may be the one: then nothing is known of a code with its number.
        let is_hidden = |number: &String| {
            by_number.get(number).is_some_and(|leads| leads.len() > SHARED_MAX || leads.iter().any(|lead| hidden.contains(lead)))
        };
        all.retain(|code, leads| !leads.is_empty() || !phones.get(code).is_some_and(is_hidden));
        all.values_mut().for_each(|leads| leads.sort_unstable());
        Ok(all)
    }

    /// The code of a lead. VICIdial finds leads of lists that are not defined, or that the API user may not see, and does not show them.
    async fn carries(&self, place: Place, lead: LeadId) -> Result<Carries, Fault> {
        match self.value(&place.ask(call::lead_field(lead, "vendor_lead_code", false))).await {
            // Capitals and small letters are not the same here, though they are to the database.
            Ok(code) => Ok(code.and_then(|text| VendorLeadCode::read(&text)).map_or(Carries::Another, Carries::Code)),
            Err(fault) if fault.reach == Reach::Record => Ok(Carries::Hidden),
            Err(fault) => Err(fault),
        }
    }

    async fn search(&self, ask: &Ask, keys: &[&str]) -> Result<Found<String>, Fault> {
        let reply = self.read(ask).await?;
        if reply.said.is_empty() && reply.outcome != Outcome::Data {
            // Where nothing is found VICIdial says so. An empty answer proves nothing, and would double every lead that was asked for.
            return Err(Fault::new(Effect::None, Reach::Connection, "not_an_answer", "VICIdial answered nothing to `lead_search`")
                .help("look at the web server's error log on VICIdial; vicisync tries again at the next run"));
        }
        if reply.outcome != Outcome::Data {
            return Ok(BTreeMap::new());
        }
        let found = facts::found(&reply.data, keys).ok_or_else(|| trouble::fault(ask, &reply))?;
        if found.values().map(Vec::len).sum::<usize>() >= RECORDS_MAX {
            // The cut is silent, and what it left out would be added once more.
            return Err(Fault::new(
                Effect::None,
                Reach::Person,
                "too_many_leads",
                format!("a search for {} keys found {RECORDS_MAX} leads or more, so that VICIdial may have left some out", keys.len()),
            )
            .help("look in VICIdial for a phone number that thousands of leads share, and delete those leads"));
        }
        Ok(found)
    }
}

/// `lead_search` for numbers as VICIdial keeps them.
fn by_phone(numbers: &[&str]) -> Ask {
    Ask::api("lead_search")
        .with("search_method", "PHONE_NUMBER")
        .with("phone_number", numbers.join(","))
        .with("records", RECORDS_MAX.to_string())
}
