//! How texts with `${..}` stand in a mapping: read, their names checked, and each mistake at its very characters.

use std::ops::Range;

use crate::diag::form::Names;
use crate::diag::names::Named;
use crate::diag::{Code, Item, suggest};
use crate::model::{Call, CampaignId, LeadId, ListId};

use super::template::{Mistake, Template};
use super::variables::Variable;

/// A text of contacts: its names are the CRM's fields.
pub(super) fn of_contacts(item: &Item<'_, '_>) -> Option<Template> {
    let template = parse(item)?;
    if template.names().next().is_none() {
        let help = "a field stands in `${..}`, as in `${firstName}`; a text that is the same for every contact stands behind `value`";
        item.wrong(Code::PlainTemplate, format!("`{}` names no field of the contact", item.path()), help);
    }
    Some(template)
}

/// A text of calls: its names are facts of a call.
pub(super) fn of_calls(item: &Item<'_, '_>) -> Option<Template> {
    let template = parse(item)?;
    let unknown: Vec<_> = template.names().filter(|name| Variable::from_name(&name.text).is_none()).collect();
    for name in &unknown {
        let help = suggest::help(&name.text, Variable::NAMES).unwrap_or_default();
        let message = format!("there is no variable `{}`", name.text);
        item.sink().report(item.sink().at(Code::UnknownVariable, item.part(name.place.clone()), message).help(help));
    }
    if !unknown.is_empty() {
        return None;
    }
    // What a call says has known types, so what fails for these two fails for nearly all.
    let why = |status: &str, user: &str, call_count: u64| template.of_call(&sample(status, user), call_count).err();
    if let Some(why) = why("SALE", "agent6001", 3).or_else(|| why("", "", 0)) {
        item.wrong(
            Code::BrokenText,
            format!("this cannot be worked out for a call: {why}"),
            "see docs/mapping.md for what an expression may say",
        );
        return None;
    }
    Some(template)
}

pub(super) fn sample(status: &str, user: &str) -> Call {
    Call {
        key: "K".to_owned(),
        lead_id: LeadId(1),
        status: status.to_owned(),
        user: user.to_owned(),
        campaign: CampaignId::from("SALES"),
        list_id: ListId(1001),
        start: chrono::DateTime::UNIX_EPOCH,
        end: chrono::DateTime::UNIX_EPOCH,
        seconds: 65,
        is_inbound: false,
        phone: "2125550100".to_owned(),
    }
}

pub(super) fn parse(item: &Item<'_, '_>) -> Option<Template> {
    let text = item.filled()?;
    match Template::parse(&text) {
        Ok(template) => Some(template),
        Err(mistakes) => {
            for Mistake { code, place, message, help } in mistakes {
                item.sink().report(item.sink().at(code, item.part(place), message).help(help));
            }
            None
        }
    }
}

/// Puts the contact's fields that texts name in the place of the texts.
pub(super) fn expand(source: &str, names: Vec<Named>) -> Vec<Named> {
    let mut found = Vec::new();
    for named in names {
        if named.names != Names::ContactTemplate {
            found.push(named);
            continue;
        }
        let written = source.get(named.place.clone()).unwrap_or_default();
        let inner = unescaped(written);
        let (text, start) = inner.as_ref().map_or((named.text.as_str(), None), |inner| (&written[inner.clone()], Some(inner.start)));
        let Ok(template) = Template::parse(text) else { continue };
        found.extend(template.names().map(|name| {
            let place = start.map_or(named.place.clone(), |start| {
                let start = named.place.start + start;
                start + name.place.start..start + name.place.end
            });
            Named { names: Names::ContactField, text: name.text.clone(), place }
        }));
    }
    found
}

/// Where the text itself stands between its quotes; `None` where it has escapes, so that it stands there otherwise than it reads.
fn unescaped(written: &str) -> Option<Range<usize>> {
    let quotes =
        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| written.starts_with(quotes) && written.len() >= 2 * quotes.len())?;
    let start = quotes.len();
    let inner = &written[start..written.len() - start];
    (quotes.starts_with('\'') || !inner.contains('\\')).then_some(start..written.len() - start)
}
