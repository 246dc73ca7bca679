//! All codes as one page of Markdown: the source of `docs/reference/errors.md`.

use std::fmt::Write as _;

use super::{Code, Severity};

/// The page: each code with its title, its explanation and its example, by number; errors first.
#[must_use]
pub fn catalogue(intro: &str) -> String {
    let mut page = format!("# Errors and warnings\n\n{intro}\n");
    let mut codes: Vec<Code> = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.name());
    for (severity, heading) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings")] {
        // Writing into a text cannot fail.
        let _ = write!(page, "\n## {heading}\n");
        for code in codes.iter().filter(|code| code.severity() == severity) {
            let (words, example) = code.explanation().split_once("\n\n").unwrap_or((code.explanation(), ""));
            let _ = write!(page, "\n### {}: {}\n\n{words}\n\n```text\n{example}\n```\n", code.name(), code.title());
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::{Code, catalogue};

    #[test]
    fn the_page_has_every_code_once_with_an_example() {
        let page = catalogue("All of them.");
        for code in Code::ALL {
            assert_eq!(page.matches(&format!("### {}: {}\n", code.name(), code.title())).count(), 1, "{code}");
        }
        assert_eq!(page.matches("```").count(), 2 * Code::ALL.len());
        assert!(!page.contains("```text\n\n"), "a code has no example");
    }
}
