//! What the API user may do, asked one by one: what each run needs, and what later routes would use. Every question is made so that it changes
//! nothing.

use chrono::Timelike;

use super::super::call::{self, Ask, Page};
use super::super::client::{Settings, Vicidial};
use super::super::probe::Finding;
use super::super::reading::masked;
use super::super::reply::Outcome;
use super::super::{legs, trouble};
use super::{Asker, Survey, ends};
use crate::model::{FactName, FactSource, LeadId, ListId, Phone, VendorLeadCode};
use crate::ports::{Fault, ServerTime};

/// How much a right matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Every run needs it.
    Needed,
    /// Only a fact: no run of today fails without it.
    Optional,
}

impl Vicidial {
    pub(super) async fn ask_rights(&self, asker: Asker, survey: &mut Survey, time: ServerTime) -> Result<(), Fault> {
        let mut is_level_eight = false;
        for (ask, weight) in harmless() {
            if asker == Asker::Run && is_for_writing(ask.function()) {
                continue;
            }
            let reply = self.ask(&ask).await?;
            match (Self::may(&ask, &reply), weight) {
                (Ok(may), _) => {
                    survey.fact(FactName::Right(ask.function().to_owned()), may, FactSource::Asked);
                    is_level_eight |= may && wants_level_eight(ask.function());
                    match (may, weight) {
                        (true, Use::Needed) => survey.find(Self::may_use(ask.function())),
                        (false, Use::Needed) => survey.find(Finding::of(trouble::fault(&ask, &reply))),
                        (_, Use::Optional) => {}
                    }
                }
                (Err(fault), Use::Needed) if ends(&fault) => return Err(fault),
                (Err(fault), Use::Needed) => survey.find(Finding::of(fault)),
                (Err(_), Use::Optional) => {}
            }
        }
        self.ask_calls(survey, time).await?;
        if is_level_eight {
            self.ask_download(survey).await?;
            self.ask_callbacks(survey).await?;
        } else {
            survey.find(Finding::bad(
                "whether the API user may download lists was not asked: below user level 8 the question counts as a wrong password",
                "give the API user level 8 or more, `download_lists`, and the other rights named here",
            ));
        }
        Ok(())
    }

    /// The export of calls, over the last hours: its rows also show whether the user is shown real data.
    async fn ask_calls(&self, survey: &mut Survey, time: ServerTime) -> Result<(), Fault> {
        let ask = recent_calls(&self.settings, time);
        let (reply, body) = self.fetch(&ask).await?;
        match Self::may(&ask, &reply) {
            Ok(may) => {
                survey.fact(FactName::Right(ask.function().to_owned()), may, FactSource::Asked);
                survey.find(if may { Self::may_use(ask.function()) } else { Finding::of(trouble::fault(&ask, &reply)) });
            }
            Err(fault) if ends(&fault) => return Err(fault),
            Err(fault) => survey.find(Finding::of(fault)),
        }
        if reply.outcome != Outcome::Data {
            return Ok(());
        }
        match legs::read(&body, self.settings.zone, &self.settings.groups) {
            Ok(calls) if !calls.legs.is_empty() => survey.fact(FactName::Masking, false, FactSource::Inferred),
            Err(legs::Unreadable::Masked) => {
                survey.fact(FactName::Masking, true, FactSource::Inferred);
                survey.find(Finding::of(masked(ask.function())));
            }
            Ok(_) | Err(legs::Unreadable::CutOff | legs::Unreadable::Header) => {}
        }
        Ok(())
    }

    /// Whether the user may download lists at all. Asked with a list that does not exist: a real one may take a minute.
    async fn ask_download(&self, survey: &mut Survey) -> Result<(), Fault> {
        let ask = call::list_download(ListId(0));
        let (reply, _) = self.fetch(&ask).await?;
        let may = matches!(reply.outcome, Outcome::NotFound | Outcome::Data)
            || (reply.outcome == Outcome::NoRight && reply.said.contains("this list"));
        if may || reply.outcome == Outcome::NoRight {
            survey.fact(FactName::Right(ask.function().to_owned()), may, FactSource::Asked);
        }
        survey.find(if may { Finding::good("the API user may download lists") } else { Finding::of(trouble::fault(&ask, &reply)) });
        Ok(())
    }

    async fn ask_callbacks(&self, survey: &mut Survey) -> Result<(), Fault> {
        let ask = callbacks_of_nobody();
        let (reply, _) = self.fetch(&ask).await?;
        if let Ok(may) = Self::may(&ask, &reply) {
            survey.fact(FactName::Right(ask.function().to_owned()), may, FactSource::Asked);
        }
        Ok(())
    }
}

/// Whether a function is one that writes, when it is called with more.
fn is_for_writing(function: &str) -> bool {
    ["add_", "update_", "delete_", "batch_"].iter().any(|start| function.starts_with(start))
}

/// Below that level two export pages take the right password for a wrong one, and count it.
fn wants_level_eight(function: &str) -> bool {
    trouble::rights(function).contains("user level 8")
}

/// The calls of the last hour and of this one.
fn recent_calls(settings: &Settings, time: ServerTime) -> Ask {
    let hour = time.local.hour();
    call::call_report(time.local.date(), hour.saturating_sub(1), hour, &settings.campaigns, &settings.groups)
}

/// No callbacks are that old.
fn callbacks_of_nobody() -> Ask {
    Ask::page(Page::CallbacksExport)
        .with("query_date", "2000-01-01")
        .with("end_date", "2000-01-01")
        .with("cb_groups[]", "NONE")
        .with("file_download", "1")
        .with("SUBMIT", "SUBMIT")
}

/// One call of each API function, made so that it changes nothing.
fn harmless() -> Vec<(Ask, Use)> {
    // Lead 0 never exists; a phone of one or three digits is refused after the rights were looked at.
    let no_lead = "0";
    let phone = Phone { code: "1".to_owned(), number: "7275550100".to_owned() };
    let nobody: Vec<VendorLeadCode> = VendorLeadCode::parse("V0000000000000000000").into_iter().collect();
    let needed = [
        Ask::api("add_lead").with("phone_number", "555").with("list_exists_check", "Y"),
        Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", no_lead).with("no_update", "Y"),
        Ask::api("batch_update_lead").with("lead_ids", no_lead).with("records", "1"),
        call::lead_search(&nobody),
        call::lead_field(LeadId(0), "status", false),
        call::check_phone(&phone),
        Ask::api("hopper_list").with("campaign_id", "none"),
    ];
    let dnc = |function| Ask::api(function).with("phone_number", "5").with("campaign_id", "SYSTEM_INTERNAL");
    let optional = [
        Ask::api("lead_all_info").with("lead_id", no_lead),
        Ask::api("lead_status_search").with("lead_id", no_lead),
        Ask::api("lead_callback_info").with("lead_id", no_lead),
        Ask::api("call_status_stats").with("campaigns", "none"),
        Ask::api("logged_in_agents").with("campaigns", "none"),
        dnc("add_dnc_phone"),
        dnc("delete_dnc_phone"),
    ];
    let weighed = |weight| move |ask| (ask, weight);
    needed.into_iter().map(weighed(Use::Needed)).chain(optional.into_iter().map(weighed(Use::Optional))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmless_can_write() {
        for (ask, _) in harmless() {
            let is_refused =
                ask.get("phone_number").len() < 6 && ["add_lead", "add_dnc_phone", "delete_dnc_phone"].contains(&ask.function());
            let changes_nobody = ask.function() == "batch_update_lead" && ask.get("lead_ids") == "0" && ask.params.len() == 3;
            assert!(!ask.is_write() || is_refused || changes_nobody, "{ask:?}");
        }
    }

    #[test]
    fn a_run_calls_no_function_that_writes() {
        let asked: Vec<String> =
            harmless().iter().map(|(ask, _)| ask.function().to_owned()).filter(|function| !is_for_writing(function)).collect();
        assert_eq!(asked.len(), 9, "{asked:?}");
        assert!(asked.iter().any(|function| wants_level_eight(function)));
        assert!(
            ["add_lead", "update_lead", "batch_update_lead", "add_dnc_phone", "delete_dnc_phone"].iter().all(|name| is_for_writing(name))
        );
    }

    #[test]
    fn the_level_that_two_pages_want_is_known_by_other_rights() {
        assert!(wants_level_eight("add_lead") && wants_level_eight("check_phone_number"));
        assert!(!wants_level_eight("lead_field_info"));
    }
}
