//! Links between pages lead somewhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use vicisync::diag::reference::anchor;

use crate::{documents, read, root, within};

/// A page without its blocks of code.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The anchors of a page's headings; one that is there already gets a number.
fn anchors(page: &str) -> Vec<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for heading in prose(page).lines().filter(|line| line.starts_with('#')) {
        let name = anchor(heading.trim_start_matches('#').trim());
        let count = times.entry(name.clone()).or_default();
        found.push(if *count == 0 { name } else { format!("{name}-{count}") });
        *count += 1;
    }
    found
}

fn links(page: &str) -> Vec<String> {
    prose(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut lost = Vec::new();
    let mut count = 0;
    for path in documents() {
        let page = read(&path);
        for link in links(&page) {
            if link.contains("://") {
                continue;
            }
            count += 1;
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let folder = PathBuf::from(&path).parent().unwrap().to_owned();
            let target = if file.is_empty() { Ok(root().join(&path)) } else { root().join(folder).join(file).canonicalize() };
            match target {
                Err(_) => lost.push(format!("{path}: there is no {file}")),
                Ok(target) if !heading.is_empty() && !anchors(&read(&within(&target))).iter().any(|anchor| anchor == heading) => {
                    lost.push(format!("{path}: {file} has no heading #{heading}"));
                }
                Ok(_) => {}
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    assert!(count > 60, "{count}");
}

#[test]
fn anchors_are_those_of_headings() {
    let page = "# `[crm.NAME]`: a CRM\n```\n# none\n```\n## `[[list]]`\n## `FIELD = { .. }` in `[filter]`\n## `[list]`\n";
    assert_eq!(anchors(page), ["crmname-a-crm", "list", "field-----in-filter", "list-1"]);
}
