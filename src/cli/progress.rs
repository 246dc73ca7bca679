//! How far a run is, drawn on stderr where that is a terminal. It decides nothing and is never part of the data.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::screen::may_draw;
use crate::engine::Progress;

/// A bar, or nothing.
pub(super) struct Bar {
    bar: Option<ProgressBar>,
    stage: Mutex<String>,
}

impl Bar {
    /// A bar where stderr is a terminal.
    #[must_use]
    pub(super) fn new() -> Self {
        let bar = may_draw().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { bar, stage: Mutex::new(String::new()) }
    }

    /// Takes the bar away, so that what follows stands alone.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Bar {
    fn stage(&self, stage: &str) {
        let Some(bar) = &self.bar else {
            // A wait of minutes must not look like a hang.
            if stage.starts_with("waiting") {
                super::screen::note(stage);
            }
            return;
        };
        stage.clone_into(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner));
        bar.set_message(stage.to_owned());
    }

    fn step(&self, done: u64, total: u64) {
        let Some(bar) = &self.bar else { return };
        let stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if total == 0 {
            bar.set_message(format!("{stage}: {done}"));
            return;
        }
        // The template is fixed text, so it parses; without it the plain bar does as well.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.set_length(total);
        bar.set_position(done);
    }
}
