//! The decisions: what each side changed, what is to be written, what a look found out, what goes too far.
//!
//! Pure and total: values in, values out. No clock, no network, no state; it imports `model` alone. A run's way through
//! these files: [`quiet`] whether it may ask, [`settle`] what was left, [`guard`] the right systems, [`fold`] and [`dispose`] calls, [`field`], [`delta`] and
//! [`decide`] contacts, [`agree`] what several leads of one say, [`brake`] the totals, [`watermark`] for the next run; [`server`] what is known of VICIdial itself.

pub mod agree;
pub mod brake;
pub mod decide;
pub mod delta;
pub mod dispose;
pub mod field;
pub mod fingerprint;
pub mod fold;
pub mod guard;
pub mod later;
pub mod matching;
pub mod quiet;
pub mod server;
pub mod settle;
pub mod watermark;
