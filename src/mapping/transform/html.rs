//! Text out of HTML, as CRM fields with formatting hold it. No browser: tags go, entities become letters, blocks become spaces.

use std::borrow::Cow;

/// The text without tags; runs of white space become one space.
pub(super) fn text(html: Cow<'_, str>) -> Cow<'_, str> {
    if !html.contains(['<', '&']) {
        return super::words::collapse(html);
    }
    let mut plain = String::with_capacity(html.len());
    let mut rest = &*html;
    // What follows the last `>`: no tag ends there.
    let tail = html.rfind('>').map_or(html.len(), |last| html.len() - last);
    while let Some(place) = rest.find(['<', '&']) {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        rest = match rest.starts_with('<') {
            true if rest.len() > tail => after_tag(rest, &mut plain),
            true => {
                plain.push('<');
                &rest[1..]
            }
            false => after_entity(rest, &mut plain),
        };
    }
    plain.push_str(rest);
    Cow::Owned(super::words::collapse(Cow::Borrowed(&plain)).into_owned())
}

/// Tags that do not part words.
const INLINE: [&str; 18] =
    ["a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "mark", "s", "small", "span", "strike", "strong", "sub", "sup", "u"];

/// What follows a tag, a comment, or a `<` that begins neither.
fn after_tag<'t>(rest: &'t str, plain: &mut String) -> &'t str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, after)| after);
    }
    let name = rest[1..].trim_start_matches('/');
    let is_tag = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '!' || letter == '?');
    let Some(end) = tag_end(rest).filter(|_| is_tag) else {
        // `a < b`, and a tag that never ends: as it is.
        plain.push('<');
        return &rest[1..];
    };
    let name = name[..name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len())].to_ascii_lowercase();
    let after = &rest[end + 1..];
    if !INLINE.contains(&name.as_str()) {
        plain.push(' ');
    }
    if (name == "script" || name == "style") && !rest.starts_with("</") {
        // What stands in them is no text.
        let close = format!("</{name}");
        let place = after.as_bytes().windows(close.len()).position(|part| part.eq_ignore_ascii_case(close.as_bytes()));
        return place.map_or("", |place| &after[place..]);
    }
    after
}

/// The `>` that ends a tag; one in quotes does not, unless the quotes never end.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (place, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return Some(place),
            // Only after `=`: an apostrophe elsewhere is no quote.
            (None, '"' | '\'') if before == '=' => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None | Some(_), _) => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    tag.find('>')
}

/// Longest name of an entity that is looked for.
const NAME_MAX: usize = 10;

fn after_entity<'t>(rest: &'t str, plain: &mut String) -> &'t str {
    let found = rest.bytes().take(NAME_MAX + 2).position(|byte| byte == b';').and_then(|end| Some((entity(&rest[1..end])?, end)));
    match found {
        Some((letter, end)) => {
            plain.push(letter);
            &rest[end + 1..]
        }
        None => {
            plain.push('&');
            &rest[1..]
        }
    }
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| !letter.is_control() || letter.is_whitespace());
    }
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "euro" => '€',
        "pound" => '£',
        "copy" => '©',
        "reg" => '®',
        "deg" => '°',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "aacute" => 'á',
        "eacute" => 'é',
        "iacute" => 'í',
        "oacute" => 'ó',
        "uacute" => 'ú',
        "ntilde" => 'ñ',
        "agrave" => 'à',
        "egrave" => 'è',
        "ccedil" => 'ç',
        "ecirc" => 'ê',
        _ => return None,
    };
    Some(letter)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn tags_go_and_letters_stay() {
        for (html, plain) in [
            ("<p>Hello <b>Ann</b></p><p>call&nbsp;back</p>", "Hello Ann call back"),
            ("one<br>two<br/>three", "one two three"),
            ("bold<b>er</b>", "bolder"),
            ("<a href=\"x>y\" title='it>s'>link</a>", "link"),
            ("a < b and 5 <3 &amp; more", "a < b and 5 <3 & more"),
            ("<p", "<p"),
            ("<p <b>x", "x"),
            ("<a href='x>link</a>", "link"),
            ("&lt;b&gt; &#39;x&#x27; &Uuml;ber &unknown; &", "<b> 'x' Über &unknown; &"),
            ("<style>p { color: red }</style>text<SCRIPT>é alert(1)</Script>!", "text !"),
            ("<script>never ends", ""),
            ("a<!-- <b> -->b", "ab"),
            ("<!DOCTYPE html><?xml?>x", "x"),
            ("&#0;&#1;&#99999999;", "&#0;&#1;&#99999999;"),
            ("plain\n text", "plain text"),
            ("<é>", "<é>"),
            ("&é;", "&é;"),
            ("", ""),
        ] {
            assert_eq!(text(html.into()), plain, "{html}");
        }
    }
}
