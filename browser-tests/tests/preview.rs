//! The preview as an editor meets it: opened, tapped through, asked, saved, broken, narrow, without a mouse.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use browser_tests::{World, root};
use fantoccini::Locator;
use fantoccini::key::Key;

/// The text of the last message.
const LAST: &str = "document.querySelector('#messages > li:last-child .text').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn one_taps_asks_and_sees_every_save() {
    let world = World::open("content", 1_200, 900).await;
    world.visit("app=fr").await;
    world.wait(&format!("{LAST}.startsWith('Interpeace')")).await;

    // A tap changes the message in its place, and the page is not loaded anew.
    world.eval("window.stayed = true").await;
    tap(&world, "📞 Contact").await;
    world.wait(&format!("{LAST}.startsWith('📞 Contact')")).await;
    assert_eq!(world.eval("document.querySelectorAll('#messages > li').length").await, 2);

    let field = world.browser.find(Locator::Id("words")).await.unwrap();
    field.send_keys("c koi la médiation").await.unwrap();
    field.send_keys(&Key::Enter.to_string()).await.unwrap();
    world.wait(&format!("{LAST}.includes('édiation')")).await;
    world.wait("document.querySelectorAll('tbody tr').length > 1").await;

    // What is being typed stays when a file is saved, and so does the keyboard's place.
    let field = world.browser.find(Locator::Id("words")).await.unwrap();
    field.send_keys("à suivre").await.unwrap();
    world.edit("fr/contact.toml", |text| text.replacen("title = \"Contact\"", "title = \"Nous joindre\"", 1));
    world.wait("document.querySelector('.tree').textContent.includes('Nous joindre')").await;
    assert_eq!(world.eval("document.getElementById('words').value").await, "à suivre");
    assert_eq!(world.eval("document.activeElement.id").await, "words");

    // What is broken is named with its line; the rest works, and it heals.
    world.edit("fr/contact.toml", |text| text.replacen("title = ", "titel = ", 1));
    world.wait("document.querySelector('#status').className === 'damaged'").await;
    world.wait("document.querySelector('.problems .error').textContent.includes('fr/contact.toml:')").await;
    world.visit("app=fr&in=t:/start+fr-trust").await;
    world.wait(&format!("{LAST}.includes('Bâtir la confiance')")).await;
    world.edit("fr/contact.toml", |text| text.replacen("titel = ", "title = ", 1));
    world.wait("document.querySelector('#status').className === 'sound'").await;

    // Nothing is asked of anybody else.
    let addresses = "performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)";
    world.wait(&format!("{addresses}.length > 0 && {addresses}.every(origin => origin === location.origin)")).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_shown_what_a_group_sees() {
    let world = World::open("content", 1_200, 900).await;
    world.visit("app=fr&chat=group&in=t:/contact").await;
    world.wait("document.querySelector('#messages .note').textContent === 'Only you see this'").await;
    // Inline mode: what is typed brings results, and the chosen one is a card with buttons.
    let field = world.browser.find(Locator::Css("#inline summary")).await.unwrap();
    field.click().await.unwrap();
    let field = world.browser.find(Locator::Id("inline-words")).await.unwrap();
    field.send_keys("confiance").await.unwrap();
    field.send_keys(&Key::Enter.to_string()).await.unwrap();
    world.wait("document.querySelectorAll('#inline li').length > 0").await;
    world.browser.find(Locator::Css("#inline li button")).await.unwrap().click().await.unwrap();
    world.wait("document.querySelector('#messages > li:last-child .note')?.textContent === 'shared by @bot'").await;
    world.wait("document.querySelector('#messages > li:last-child .keys') !== null").await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_is_played_and_a_picture_is_seen() {
    let world = World::open("tests/contents/school", 1_200, 900).await;
    world.visit("app=en&in=t:/enrolment").await;
    world.wait("document.querySelector('.bubble img')?.naturalWidth === 160").await;
    assert_eq!(world.eval("document.querySelector('audio')").await, serde_json::Value::Null);
    tap(&world, "🔊 Listen (0:05, 5 kB)").await;
    world.wait("document.querySelector('audio') !== null").await;
    // What questions find has been added to the page: it does not change any more.
    world.wait("document.querySelectorAll('.tree .weak').length > 0").await;
    // Nothing of it is loaded before somebody plays it.
    assert_eq!(world.eval("document.querySelector('audio').readyState").await, 0);
    world.eval("document.querySelector('audio').preload = 'metadata'").await;
    world.wait("Math.ceil(document.querySelector('audio').duration) === 5").await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn narrow_screens_scroll_one_way_only() {
    for (content, app) in [
        ("content", "fr"),
        ("tests/contents/library", "ar"),
        ("tests/contents/townhall", "fr"),
        ("tests/contents/school", "fr"),
    ] {
        let world = World::open(content, 320, 640).await;
        let clips = format!("app={app}&in=t:/enrolment&in=t:/start+{app}-enrolment-v&dark=1");
        for query in [format!("app={app}"), format!("app={app}&dark=1&width=430&say=contact&inline="), clips] {
            world.visit(&query).await;
            world.wait("document.querySelectorAll('#messages > li').length > 1").await;
            let [needed, there] = ["document.documentElement.scrollWidth", "innerWidth"];
            assert_eq!(world.eval(needed).await, world.eval(there).await, "{content} {query}");
        }
        // From right to left, where the language is.
        if app == "ar" {
            world.visit("app=ar&in=t:/start+ar-desk").await;
        }
        let begins_at = "(() => { const text = document.querySelector('#messages .bot .text');
            const words = document.createRange(); words.selectNodeContents(text);
            const line = words.getClientRects()[0], box = text.getBoundingClientRect();
            return line.left < box.left + 2 ? 'left' : line.right > box.right - 2 ? 'right' : 'neither' })()";
        assert_eq!(world.eval(begins_at).await, if app == "ar" { "right" } else { "left" }, "{content}");
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_used_with_the_keyboard_alone() {
    let world = World::open("content", 1_200, 900).await;
    world.visit("app=fr").await;
    world.wait("document.querySelectorAll('.keys button').length > 3").await;
    // Tab by tab to a button under the message, which a name and a visible outline tell.
    let body = world.browser.find(Locator::Css("body")).await.unwrap();
    for _ in 0..40 {
        body.send_keys(&Key::Tab.to_string()).await.unwrap();
        if world.eval("document.activeElement.title === '📞 Contact'").await == true {
            break;
        }
    }
    assert_eq!(world.eval("document.activeElement.title").await, "📞 Contact");
    assert_ne!(world.eval("getComputedStyle(document.activeElement).outlineStyle").await, "none");
    let focused = world.browser.active_element().await.unwrap();
    focused.send_keys(&Key::Enter.to_string()).await.unwrap();
    world.wait(&format!("{LAST}.startsWith('📞 Contact')")).await;
    assert_ne!(world.eval("document.activeElement.tagName").await, "BODY", "the keyboard is somewhere");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing() {
    let axe = std::env::var_os("AXE").expect("AXE names axe-core's axe.min.js");
    let axe = std::fs::read_to_string(PathBuf::from(axe)).unwrap();
    let [library, school] = ["tests/contents/library", "tests/contents/school"];
    for (content, query) in [
        (library, ""),
        (library, "lang=fr&dark=1&chat=group&say=@bot+horaires&inline="),
        (library, "app=ar&in=t:/start&in=m:voice&say=livres"),
        (school, "app=en&in=t:/enrolment&in=t:/start+en-enrolment-v&dark=1"),
    ] {
        let world = World::open(content, 1_200, 900).await;
        world.visit(query).await;
        world.eval("document.querySelectorAll('details').forEach(details => { details.open = true })").await;
        world.wait("document.querySelectorAll('.tree li').length > 3").await;
        world.browser.execute(&axe, Vec::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1];\n\
            axe.run(document).then(found => done(found.violations.map(one => [one.id, one.nodes.map(node => node.html)])))";
        let found = world.browser.execute_async(script, Vec::new()).await.unwrap();
        assert_eq!(found, serde_json::json!([]), "{query}");
        world.close().await;
    }
}

/// The pictures of the README, written where `PICTURES` says; without it they are taken, and looked at by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_taken() {
    let world = World::open("content", 1_180, 760).await;
    world.visit("app=fr&width=390&in=t:/start&in=t:ou+etes+vous+svp").await;
    world.wait("document.querySelectorAll('.tree .weak').length > 0").await;
    // The question and what answers it.
    world.eval("document.querySelector('#messages > li:nth-child(3)').scrollIntoView()").await;
    world.eval("scrollTo(0, 0)").await;
    let page = world.browser.screenshot().await.unwrap();
    let phone = world.browser.find(Locator::Css(".phone")).await.unwrap().screenshot().await.unwrap();
    for (name, picture) in [("preview.png", page), ("bot.png", phone)] {
        assert!(picture.len() > 10_000, "{name} has {} bytes", picture.len());
        if let Some(directory) = std::env::var_os("PICTURES") {
            std::fs::write(root().join(directory).join(name), picture).unwrap();
        }
    }
    world.close().await;
}

/// The figures of a save: how long until the page shows it. `.ci/browser --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and judges nothing"]
async fn measure_saves() {
    let world = World::open("content", 1_200, 900).await;
    world.visit("app=fr&in=t:/contact").await;
    world.wait("document.querySelectorAll('.tree .weak').length > 0").await;
    let mut times: Vec<Duration> = Vec::new();
    let mut title = "Contact".to_owned();
    for number in 0..50 {
        let next = format!("Contact {number}");
        world.edit("fr/contact.toml", |text| {
            text.replacen(&format!("title = \"{title}\""), &format!("title = \"{next}\""), 1)
        });
        times.push(world.wait(&format!("{LAST}.startsWith('📞 {next}\\n')")).await);
        title = next;
    }
    times.sort();
    #[expect(clippy::print_stdout, reason = "a figure for people")]
    {
        println!("from a save to the page, of 50: median {:?}, worst {:?}", times[25], times[49]);
    }
    world.close().await;
}

async fn tap(world: &World, label: &str) {
    let button = world.browser.find(Locator::Css(&format!(".keys [title='{label}']"))).await.unwrap();
    button.click().await.unwrap();
}
