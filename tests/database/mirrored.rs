//! VICIdial by one of its two ways, as the engine sees it. By SQL, the tables are copied from the emulator before each look, as if it
//! worked on them itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::Mutex;
use vicisync::emulator::vicidial::Server;
use vicisync::model::{
    CampaignId, FieldName, Intake, Lead, LeadChange, LeadId, LeadRow, ListId, Phone, ServerFacts, StoredLead, VendorLeadCode, Wanted,
};
use vicisync::ports::{Calls, Dialer, Fault, HopperRow, ServerTime, Sought};
use vicisync::vicidial::{NonLatin, Vicidial};

use super::server::Mariadb;
use super::tables::Mirror;
use super::world::client;

/// One way.
pub(crate) struct Way {
    server: Server,
    vicidial: Vicidial,
    /// Where the emulator's clock is asked: that of the MariaDB is another one.
    clock: Vicidial,
    mirror: Option<Mutex<Mirror>>,
}

impl Way {
    /// All by HTTP.
    pub(crate) fn http(server: &Server) -> Self {
        let [vicidial, clock] = [(); 2].map(|()| client(server, NonLatin::On));
        Self { server: server.clone(), vicidial, clock, mirror: None }
    }

    /// Reading by SQL.
    pub(crate) async fn sql(server: &Server, mariadb: Mariadb) -> Self {
        let lane = mariadb.lane();
        let mirror = Some(Mutex::new(Mirror::new(mariadb).await));
        let http = Self::http(server);
        Self { vicidial: http.vicidial.with_database(lane), mirror, ..http }
    }

    /// VICIdial with tables as they are now.
    async fn now(&self) -> &Vicidial {
        if let Some(mirror) = &self.mirror {
            let world = self.server.with_world(|world| world.clone());
            mirror.lock().await.follow(&world).await;
        }
        &self.vicidial
    }
}

impl Dialer for Way {
    async fn survey(&self, wanted: &Wanted, at: DateTime<Utc>) -> Result<ServerFacts, Fault> {
        self.clock.survey(wanted, at).await
    }

    fn stored(&self, values: &BTreeMap<FieldName, String>) -> StoredLead {
        self.vicidial.stored(values)
    }

    async fn time(&self) -> Result<ServerTime, Fault> {
        self.clock.time().await
    }

    async fn add_lead(&self, code: &VendorLeadCode, lead: &Lead, intake: Intake) -> Result<LeadId, Fault> {
        self.now().await.add_lead(code, lead, intake).await
    }

    async fn update_lead(&self, lead: LeadId, change: &LeadChange) -> Result<(), Fault> {
        self.now().await.update_lead(lead, change).await
    }

    async fn delete_lead(&self, lead: LeadId) -> Result<(), Fault> {
        self.now().await.delete_lead(lead).await
    }

    async fn set_custom(&self, lead: LeadId, values: &BTreeMap<String, String>) -> Result<(), Fault> {
        self.now().await.set_custom(lead, values).await
    }

    async fn leave_hopper(&self, lead: LeadId) -> Result<(), Fault> {
        self.now().await.leave_hopper(lead).await
    }

    async fn leave_dialing(&self, lead: LeadId) -> Result<(), Fault> {
        self.now().await.leave_dialing(lead).await
    }

    async fn hopper(&self, campaign: &CampaignId) -> Result<Vec<HopperRow>, Fault> {
        self.now().await.hopper(campaign).await
    }

    async fn find_by_code(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        self.now().await.find_by_code(sought).await
    }

    async fn archived(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        self.now().await.archived(sought).await
    }

    async fn are_archived(&self, leads: &[LeadId]) -> Result<BTreeSet<LeadId>, Fault> {
        self.now().await.are_archived(leads).await
    }

    async fn leads_by_phone(&self, phones: &[Phone]) -> Result<BTreeMap<Phone, Vec<LeadId>>, Fault> {
        self.now().await.leads_by_phone(phones).await
    }

    async fn codes_of(&self, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Option<String>>, Fault> {
        self.now().await.codes_of(leads).await
    }

    async fn update_leads(&self, leads: &[LeadId], change: &LeadChange) -> Result<BTreeSet<LeadId>, Fault> {
        self.now().await.update_leads(leads, change).await
    }

    async fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        self.now().await.read_lead(lead, fields).await
    }

    fn sweep(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send {
        stream::once(async move { self.now().await.sweep(list) }).flatten()
    }

    async fn campaign_of(&self, list: ListId) -> Result<Option<CampaignId>, Fault> {
        self.now().await.campaign_of(list).await
    }

    async fn calls(&self, from: NaiveDateTime, to: NaiveDateTime) -> Result<Calls, Fault> {
        self.now().await.calls(from, to).await
    }
}
