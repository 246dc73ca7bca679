//! Right and wrong requests to every function and page, with what a live server answered: the emulator must answer alike.
//!
//! The file holds the server's tables at the start and runs of steps: requests, and what the telephony side put into the
//! tables between them. Dates with times of day are blanked on both sides, ids are not.

use base64::Engine;
use serde_json::Value;
use vicisync::emulator::http::Request;
use vicisync::emulator::vicidial::{Options, World};

/// Moments with a time of day become a T, but for those that a request can send.
fn blanked(text: &str) -> String {
    let is_moment = |part: &str| {
        part.len() == 19
            && part.bytes().enumerate().all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                10 => byte == b' ',
                13 | 16 => byte == b':',
                _ => byte.is_ascii_digit(),
            })
            && !["0000", "2027", "2025"].iter().any(|year| part.starts_with(year))
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if char.is_ascii_digit() && rest.get(..19).is_some_and(is_moment) {
            out.push('T');
            rest = &rest[19..];
        } else {
            out.push(char);
            rest = &rest[char.len_utf8()..];
        }
    }
    out
}

fn request(step: &Value) -> Request {
    let text = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let mut request =
        Request { method: text("method"), path: format!("/vicidial/{}", text("path")), peer: "127.0.0.1".to_owned(), ..Request::default() };
    if let Some(auth) = step["auth"].as_str() {
        let coded = base64::engine::general_purpose::STANDARD.encode(auth);
        request.headers.push(("authorization".to_owned(), format!("Basic {coded}")));
    }
    if request.method == "POST" {
        request.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        request.body = text("query").into();
    } else {
        request.query = text("query");
    }
    request
}

#[test]
fn answers_are_those_of_the_live_server() {
    let text = std::fs::read_to_string("tests/fixtures/vicidial-compared.json").unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut asked, mut wrong) = (0, Vec::new());
    for (number, run) in file["runs"].as_array().unwrap().iter().enumerate() {
        let mut world = World::new(&Options { description: Some(file["start"].clone()), ..Options::default() });
        for step in run.as_array().unwrap() {
            world.clock.hold(step["epoch"].as_i64().unwrap());
            if !step["database"].is_null() {
                world.database(&step["database"]).unwrap();
                continue;
            }
            asked += 1;
            let reply = world.answer(&request(step));
            let kind = reply.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
            let ours = (u64::from(reply.status), kind, blanked(&String::from_utf8_lossy(&reply.body)));
            let theirs = (step["status"].as_u64().unwrap(), step["type"].as_str().unwrap(), step["answer"].as_str().unwrap());
            if (ours.0, ours.1, ours.2.as_str()) != theirs {
                wrong.push(format!("run {number}: {} {}\n  ours     {ours:?}\n  recorded {theirs:?}", step["path"], step["query"]));
            }
        }
    }
    for wrong in wrong.iter().take(20) {
        println!("{}", wrong.chars().take(1500).collect::<String>());
    }
    assert!(wrong.is_empty(), "{} of {asked} answers differ", wrong.len());
    assert!(asked > 1500, "the file was not read");
}
