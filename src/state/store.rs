//! The port's calls, each handed to the state's thread as one read or one transaction. It decides nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::open::State;
use super::{activities, crm_fields, failures, jobs, journal, legs, links, outcome, plan, rejections, runs, servers, strangers};
use crate::model::{
    ActivityId, ContactId, CrmField, Failure, FieldName, JobName, LeadId, Leg, Link, LinkId, Op, OpId, OpResult, OpState, Rejection,
    RunEnd, RunId, Seat, ServerFacts, Stranger, Taken, Totals, Turn, VendorLeadCode,
};
use crate::ports::{JobRecord, LinkWrite, PlanCommit, RunRecord, SeenFields, Store, StoreError};

impl State {
    fn read<T: Send + 'static>(
        &self,
        job: &JobName,
        work: impl FnOnce(&Connection, i64) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let job = job.clone();
        self.desk.read(move |connection| {
            let job = jobs::find(connection, &job)?;
            work(connection, job)
        })
    }

    fn write<T: Send + 'static>(
        &self,
        job: &JobName,
        work: impl FnOnce(&Connection, i64) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let job = job.clone();
        self.desk.write(move |connection| {
            let job = jobs::find_or_make(connection, &job)?;
            work(connection, job)
        })
    }
}

impl Store for State {
    fn job(&self, job: &JobName) -> Result<JobRecord, StoreError> {
        self.read(job, jobs::record)
    }

    fn put_job(&self, job: &JobName, record: &JobRecord) -> Result<(), StoreError> {
        let record = record.clone();
        self.write(job, move |connection, job| jobs::put_record(connection, job, &record))
    }

    fn login_refused(&self, connection: &str) -> Result<Option<(DateTime<Utc>, String)>, StoreError> {
        let name = connection.to_owned();
        self.desk.read(move |connection| jobs::login_refused(connection, &name))
    }

    fn put_login_refused(&self, connection: &str, refused: Option<(DateTime<Utc>, &str)>) -> Result<(), StoreError> {
        let name = connection.to_owned();
        let refused = refused.map(|(at, fingerprint)| (at, fingerprint.to_owned()));
        self.desk.write(move |connection| {
            jobs::put_login_refused(connection, &name, refused.as_ref().map(|(at, fingerprint)| (*at, fingerprint.as_str())))
        })
    }

    fn server_facts(&self, connection: &str) -> Result<ServerFacts, StoreError> {
        let name = connection.to_owned();
        self.desk.read(move |connection| servers::facts(connection, &name))
    }

    fn put_server_facts(&self, connection: &str, facts: &ServerFacts) -> Result<(), StoreError> {
        let (name, facts) = (connection.to_owned(), facts.clone());
        self.desk.write(move |connection| servers::put(connection, &name, &facts))
    }

    fn crm_fields(&self, connection: &str, object: &str) -> Result<Option<SeenFields>, StoreError> {
        let (name, object) = (connection.to_owned(), object.to_owned());
        self.desk.read(move |connection| crm_fields::fields(connection, &name, &object))
    }

    fn put_crm_fields(&self, connection: &str, object: &str, seen_at: DateTime<Utc>, fields: &[CrmField]) -> Result<(), StoreError> {
        let (name, object, fields) = (connection.to_owned(), object.to_owned(), fields.to_vec());
        self.desk.write(move |connection| crm_fields::put(connection, &name, &object, seen_at, &fields))
    }

    fn begin_run(&self, job: &JobName, trigger: &str, at: DateTime<Utc>) -> Result<RunId, StoreError> {
        let cause = trigger.to_owned();
        self.write(job, move |connection, job| runs::begin(connection, job, &cause, at))
    }

    fn end_run(&self, run: RunId, end: RunEnd, message: &str, totals: &Totals, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (message, totals) = (message.to_owned(), *totals);
        self.desk.write(move |connection| runs::end(connection, run, end, &message, &totals, at))
    }

    fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.desk.read(move |connection| runs::newest(connection, limit))
    }

    fn link_at(&self, job: &JobName, seat: &Seat) -> Result<Option<Link>, StoreError> {
        let seat = seat.clone();
        self.read(job, move |connection, job| links::at(connection, job, &seat))
    }

    fn links_of(&self, job: &JobName, contact: &ContactId) -> Result<Vec<Link>, StoreError> {
        let contact = contact.clone();
        self.read(job, move |connection, job| links::of(connection, job, &contact))
    }

    fn links_by_contacts(&self, job: &JobName, contacts: &[ContactId]) -> Result<BTreeMap<ContactId, Vec<Link>>, StoreError> {
        let contacts = contacts.to_vec();
        self.read(job, move |connection, job| links::by_contacts(connection, job, &contacts))
    }

    fn link_by_code(&self, job: &JobName, code: &VendorLeadCode) -> Result<Option<Link>, StoreError> {
        let code = code.clone();
        self.read(job, move |connection, job| links::by_code(connection, job, &code))
    }

    fn link_by_lead(&self, job: &JobName, lead: LeadId) -> Result<Option<Link>, StoreError> {
        self.read(job, move |connection, job| links::by_lead(connection, job, lead))
    }

    fn links_by_leads(&self, job: &JobName, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Link>, StoreError> {
        let leads = leads.to_vec();
        self.read(job, move |connection, job| links::by_leads(connection, job, &leads))
    }

    fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError> {
        self.desk.read(move |connection| links::by_id(connection, id))
    }

    fn links_after(&self, job: &JobName, after: LinkId, limit: u32) -> Result<Vec<Link>, StoreError> {
        self.read(job, move |connection, job| links::after(connection, job, after, limit))
    }

    fn link_count(&self, job: &JobName) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(job, links::count)
    }

    fn links_by_phone(&self, job: &JobName, phone: &str) -> Result<Vec<Link>, StoreError> {
        let phone = phone.to_owned();
        self.read(job, move |connection, job| links::by_phone(connection, job, &phone))
    }

    fn put_link(&self, job: &JobName, link: &Link) -> Result<(), StoreError> {
        let link = LinkWrite::Put(link.clone());
        self.write(job, move |connection, job| links::write(connection, job, &link))
    }

    fn commit_plan(&self, job: &JobName, run: RunId, plan: &PlanCommit, at: DateTime<Utc>) -> Result<(), StoreError> {
        let plan = plan.clone();
        self.write(job, move |connection, job| plan::commit(connection, job, run, &plan, at))
    }

    fn ops(&self, job: &JobName, states: &[OpState], limit: u32) -> Result<Vec<Op>, StoreError> {
        let states = states.to_vec();
        self.read(job, move |connection, job| journal::in_states(connection, job, &states, limit))
    }

    fn ops_of(&self, job: &JobName, contact: &ContactId, limit: u32) -> Result<Vec<Op>, StoreError> {
        let contact = contact.clone();
        self.read(job, move |connection, job| journal::of_contact(connection, job, &contact, limit))
    }

    fn contacts_with_ops(&self, job: &JobName, states: &[OpState]) -> Result<BTreeSet<ContactId>, StoreError> {
        let states = states.to_vec();
        self.read(job, move |connection, job| journal::contacts_in_states(connection, job, &states))
    }

    fn late_writes(&self, job: &JobName, link: LinkId, since: DateTime<Utc>) -> Result<BTreeMap<FieldName, BTreeSet<String>>, StoreError> {
        self.read(job, move |connection, job| journal::late_writes(connection, job, link, since))
    }

    fn advance(&self, job: &JobName, results: &[OpResult], sent: &[OpId], at: DateTime<Utc>) -> Result<(), StoreError> {
        let (results, sent) = (results.to_vec(), sent.to_vec());
        self.write(job, move |connection, job| outcome::advance(connection, job, &results, &sent, at))
    }

    fn turn(&self, job: &JobName, turn: Turn, at: DateTime<Utc>) -> impl Future<Output = Result<Vec<Taken>, StoreError>> + Send {
        let job = job.clone();
        self.desk.write_meanwhile(move |connection| {
            let job = jobs::find_or_make(connection, &job)?;
            outcome::advance(connection, job, &turn.results, &[], at)?;
            let ops = journal::next(connection, job, &turn)?;
            ops.iter().try_for_each(|op| journal::mark_sent(connection, job, op.id, at))?;
            let with_link = |op: Op| Ok(Taken { link: op.link.map(|id| links::by_id(connection, id)).transpose()?.flatten(), op });
            ops.into_iter().map(with_link).collect()
        })
    }

    fn close_sent(&self, job: &JobName, at: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(job, move |connection, job| journal::close_sent(connection, job, at))
    }

    fn unknown_ops(&self, job: &JobName) -> Result<Vec<(Op, DateTime<Utc>)>, StoreError> {
        self.read(job, journal::unknown)
    }

    fn put_legs(&self, job: &JobName, legs: &[Leg]) -> Result<BTreeSet<LeadId>, StoreError> {
        let legs = legs.to_vec();
        self.write(job, move |connection, job| legs::put(connection, job, &legs))
    }

    fn unfolded(&self, job: &JobName, limit: u32) -> Result<Vec<LeadId>, StoreError> {
        self.read(job, move |connection, job| legs::unfolded(connection, job, limit))
    }

    fn legs_of(&self, job: &JobName, lead: LeadId) -> Result<Vec<Leg>, StoreError> {
        self.read(job, move |connection, job| legs::of_lead(connection, job, lead))
    }

    fn activity(&self, job: &JobName, call_key: &str) -> Result<Option<(ActivityId, String)>, StoreError> {
        let call_key = call_key.to_owned();
        self.read(job, move |connection, job| activities::of(connection, job, &call_key))
    }

    fn failures(&self, job: &JobName, due_at: Option<DateTime<Utc>>) -> Result<Vec<Failure>, StoreError> {
        self.read(job, move |connection, job| failures::list(connection, job, due_at))
    }

    fn put_failure(&self, job: &JobName, failure: &Failure, at: DateTime<Utc>) -> Result<(), StoreError> {
        let failure = failure.clone();
        // Whatever is open now was planned before this was found out, and does not end it.
        self.write(job, move |connection, job| failures::put(connection, job, &failure, at, journal::newest(connection)?))
    }

    fn drop_failure(&self, job: &JobName, subject: &str) -> Result<(), StoreError> {
        let subject = subject.to_owned();
        self.write(job, move |connection, job| failures::forget(connection, job, &subject))
    }

    fn rejections(&self, job: &JobName, limit: u32) -> Result<(Vec<Rejection>, BTreeMap<String, u64>), StoreError> {
        self.read(job, move |connection, job| rejections::list(connection, job, limit))
    }

    fn strangers(&self, job: &JobName) -> Result<Vec<Stranger>, StoreError> {
        self.read(job, strangers::list)
    }

    fn rejections_of(&self, job: &JobName, contact: &ContactId) -> Result<Vec<Rejection>, StoreError> {
        let contact = contact.clone();
        self.read(job, move |connection, job| rejections::of(connection, job, &contact))
    }

    fn live_leads_per_link_max(&self, job: &JobName) -> Result<u64, StoreError> {
        self.read(job, links::most_on_one_lead)
    }
}
