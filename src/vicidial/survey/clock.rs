//! The release and the clock: how far from UTC, whether that is the configured zone's way, what the servers table claims.

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};

use super::super::answers::is_read;
use super::super::call::Ask;
use super::super::client::Vicidial;
use super::super::facts;
use super::super::probe::Finding;
use super::super::trouble;
use super::Survey;
use crate::model::{FactName, FactSource};
use crate::ports::{Fault, ServerTime};

/// A clock that is off by more makes windows miss calls.
const SKEW_MAX: TimeDelta = TimeDelta::seconds(60);

impl Vicidial {
    /// Gives the server's time, which needs no login.
    pub(super) async fn ask_clock(&self, survey: &mut Survey) -> Result<ServerTime, Fault> {
        let ask = Ask::api("version");
        let reply = self.ask_openly(&ask).await?;
        is_read(&ask, &reply)?;
        let (release, time) = facts::version(&reply.data).ok_or_else(|| trouble::fault(&ask, &reply))?;
        survey.find(Finding::good(format!("VICIdial {release} answers")));
        survey.fact(FactName::Release, release, FactSource::Asked);
        let skew = time.utc - Utc::now();
        survey.find(skewed(skew));
        survey.fact(FactName::ClockSkew, skew.num_seconds(), FactSource::Asked);
        let offset = time.local - time.utc.naive_utc();
        survey.fact(FactName::ClockOffset, (offset.num_seconds() + 30).div_euclid(60), FactSource::Asked);
        if let Some(claimed) = facts::servers_offset(&reply.data) {
            survey.fact(FactName::ServersOffset, claimed.clone(), FactSource::Asked);
            survey.findings.extend(claim(&claimed, offset));
        }
        let (agrees, finding) = self.zone(time.utc, offset);
        survey.fact(FactName::ZoneAgrees, agrees, FactSource::Asked);
        survey.find(finding);
        Ok(time)
    }

    fn zone(&self, utc: DateTime<Utc>, theirs: TimeDelta) -> (bool, Finding) {
        let zone = self.settings.zone;
        let ours = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
        let agrees = is_same(TimeDelta::seconds(i64::from(ours.local_minus_utc())), theirs);
        let finding = if agrees {
            Finding::good(format!("the server's clock is that of {zone}"))
        } else {
            Finding::bad(
                format!(
                    "the server's clock is {} minutes from UTC, but {zone} is {} minutes now",
                    theirs.num_minutes(),
                    ours.local_minus_utc() / 60
                ),
                "set `zone` of the VICIdial connection to the zone of the server (`date.timezone` of its PHP)",
            )
        };
        (agrees, finding)
    }
}

/// Whether two offsets are one. PHP writes its date and its seconds one after the other, so that a second may lie between them.
fn is_same(ours: TimeDelta, theirs: TimeDelta) -> bool {
    (ours - theirs).abs() < TimeDelta::minutes(1)
}

fn skewed(skew: TimeDelta) -> Finding {
    if skew.abs() <= SKEW_MAX {
        Finding::good("the server's clock and ours agree")
    } else {
        Finding::bad(format!("the server's clock is {} seconds off from ours", skew.num_seconds()), "set both by NTP")
    }
}

/// VICIdial works out when a lead may be called from the offset that its servers table claims.
fn claim(claimed: &str, offset: TimeDelta) -> Option<Finding> {
    let hours: f64 = claimed.parse().ok()?;
    let minutes = offset.num_minutes();
    // Half a minute is no hour's fraction of any zone.
    #[allow(clippy::cast_precision_loss)]
    let differs = (hours * 60.0 - minutes as f64).abs() > 0.5;
    differs.then(|| {
        Finding::bad(
            format!(
                "VICIdial's servers table says that the server is {claimed} hours from UTC, but its clock is {minutes} minutes from it"
            ),
            "correct `Local GMT` of the server in VICIdial (Admin, Servers): it decides at which hours leads are dialed",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_between_date_and_epoch_is_no_other_zone() {
        let ours = TimeDelta::hours(-5);
        assert!(is_same(ours, ours) && is_same(ours, ours - TimeDelta::seconds(1)) && is_same(ours, ours + TimeDelta::seconds(1)));
        assert!(!is_same(ours, TimeDelta::hours(-4)) && !is_same(TimeDelta::minutes(330), TimeDelta::minutes(345)));
    }

    #[test]
    fn a_servers_table_that_claims_another_offset_is_seen() {
        assert_eq!(claim("-5.00", TimeDelta::hours(-5)), None);
        assert_eq!(claim("-4", TimeDelta::hours(-4)), None);
        assert_eq!(claim("5.50", TimeDelta::minutes(330)), None);
        assert!(claim("-5.00", TimeDelta::hours(-4)).is_some_and(|finding| !finding.ok));
    }
}
